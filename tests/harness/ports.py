"""Ports for what a test starts."""

import random
import socket

BELOW_OUTGOING = range(10_000, 15_000)  # else a connection may be given one that its listener wants back


def free_ports(count):
    """Ports nobody listens on now."""
    found = []
    while len(found) < count:
        port = random.choice(BELOW_OUTGOING)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in found:
            found.append(port)
    return found
