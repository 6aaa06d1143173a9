"""What Kafka's own console consumer (Java) printed, back into records.

The consumer is told to put separators that occur nowhere else, so that keys and values, which it writes as they are, need no
escaping: `properties()` goes on its command line, `Parser` reads its output.
"""

import uuid

from .render import Record

_TIMESTAMPS = (b"CreateTime:", b"LogAppendTime:")


class Parser:
    """Fed with the consumer's output as it comes; each `feed` returns the (partition, Record) pairs completed by it."""

    def __init__(self, token=None):
        token = token or uuid.uuid4().hex
        self.field, self.line, self.header, self.null = (f"\x1e{token}{c}" for c in "FLHN")
        self._rest = b""

    def properties(self):
        shown = {f"print.{word}": "true" for word in ("timestamp", "partition", "offset", "headers", "key", "value")}
        return {**shown, "key.separator": self.field, "line.separator": self.line, "headers.separator": self.header,
                "null.literal": self.null}

    def feed(self, data):
        *lines, self._rest = (self._rest + data).split(self.line.encode())
        return [self._record(line) for line in lines]

    def _record(self, line):
        timestamp, partition, offset, headers, key, value = line.split(self.field.encode())
        record = Record(int(offset.removeprefix(b"Offset:")), self._timestamp(timestamp), self._bytes(key),
                        self._bytes(value), self._headers(headers))
        return int(partition.removeprefix(b"Partition:")), record

    @staticmethod
    def _timestamp(text):
        for prefix in _TIMESTAMPS:
            if text.startswith(prefix):
                return int(text.removeprefix(prefix))
        return -1

    def _bytes(self, data):
        return None if data == self.null.encode() else data

    def _headers(self, data):
        if data == b"NO_HEADERS":
            return []
        pairs = (pair.partition(b":") for pair in data.split(self.header.encode()))
        return [(name, self._bytes(value)) for name, _, value in pairs]
