"""The checker's inputs as files, for programs in other languages: one JSON object a line.

    records   {"topic":"t","p":0,"o":7,"t":1732147200123,"key":"<base64>"|null,"value":"<base64>"|null,
               "headers":[["<base64>","<base64>"|null],…],"fate":"committed"|"aborted"|"unknown"}
              as producers had them acknowledged; without "fate", as the consumer saw them
    receipts  see receipts.py
"""

import base64
import json

from .render import Record
from .truth import Acked


def _encode(data):
    return None if data is None else base64.b64encode(data).decode()


def _decode(text):
    return None if text is None else base64.b64decode(text)


def write_record(file, topic, partition, record, fate=None):
    fields = {"topic": topic, "p": partition, "o": record.offset, "t": record.timestamp, "key": _encode(record.key),
              "value": _encode(record.value), "headers": [[_encode(n), _encode(v)] for n, v in record.headers]}
    file.write(json.dumps({**fields, "fate": fate} if fate else fields) + "\n")


def _record(data):
    headers = [(_decode(n), _decode(v)) for n, v in data.get("headers", [])]
    return Record(data["o"], data["t"], _decode(data["key"]), _decode(data["value"]), headers)


def _lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def read_acked(path):
    """{topic: [Acked]}"""
    found = {}
    for data in _lines(path):
        found.setdefault(data["topic"], []).append(Acked(data["p"], _record(data), data.get("fate", "committed")))
    return found


def read_seen(path):
    """{topic: [(partition, Record)]}"""
    found = {}
    for data in _lines(path):
        found.setdefault(data["topic"], []).append((data["p"], _record(data)))
    return found
