"""Bytes in JSON."""

import base64


def b64(data):
    return None if data is None else base64.b64encode(data).decode()
