"""What a Kafka record must look like as an update on the wire: byte for byte.

Written from schemas/protocol.md alone. The JSON grammar walk is RFC 8259 to the letter: numbers of any size and lone
surrogate escapes are grammatical, NaN and a byte order mark are not.
"""

import base64
import re
from dataclasses import dataclass, field

MAX_RECORD_BYTES = 1 << 20
MAX_KEY_BESIDE_OMITTED = 1024
MAX_DEPTH = 1024

_SCALAR = re.compile(
    r'"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"'
    r"|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
    r"|true|false|null"
)
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"')
_SPACE = re.compile(r"[ \t\n\r]*")
_SHORT = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 0x22: '\\"', 0x5C: "\\\\"}
_ESCAPES = {code: _SHORT.get(code, f"\\u{code:04x}") for code in [*range(32), 0x22, 0x5C]}


@dataclass(frozen=True)
class Record:
    """A Kafka record as a consumer sees it: bytes, or None for null."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: list = field(default_factory=list)


class _Walk:
    """One pass over a JSON text with an explicit stack of open brackets."""

    def __init__(self, text):
        self.text = text
        self.at = 0
        self.open = []

    def space(self):
        self.at = _SPACE.match(self.text, self.at).end()

    def take(self, pattern):
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return bool(found)

    def char(self, wanted):
        if self.text.startswith(wanted, self.at):
            self.at += 1
            return True
        return False

    def member(self):
        """`"name" :` and the space around it."""
        if not self.take(_STRING):
            return False
        self.space()
        colon = self.char(":")
        self.space()
        return colon

    def enter(self, closer):
        """After an opening bracket: True when a value must follow, None when it closed at once, False on error."""
        self.space()
        if self.char(closer):
            return None
        self.open.append(closer)
        return True if closer == "]" else self.member()

    def leave(self):
        """After a value: True when another must follow, None at the end of the outermost value, False on error."""
        while self.open:
            self.space()
            if self.char(","):
                self.space()
                return True if self.open[-1] == "]" else self.member()
            if not self.char(self.open.pop()):
                return False
        return None

    def value(self):
        """True when another value must follow, None when the text's value is complete, False on error."""
        for opener, closer in ("[]", "{}"):
            if self.char(opener):
                if len(self.open) >= MAX_DEPTH:
                    return False
                more = self.enter(closer)
                return self.leave() if more is None else more
        return self.leave() if self.take(_SCALAR) else False

    def complete(self):
        self.space()
        more = True
        while more:
            more = self.value()
            if more:
                self.space()
        self.space()
        return more is None and self.at == len(self.text)


def is_json(text):
    """Whether a text is grammatical JSON that nests no deeper than the protocol allows."""
    return _Walk(text).complete()


def utf8(data):
    """The text of some bytes, or None where they are not UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def quote(text):
    """A JSON string with only the escapes that JSON demands."""
    return '"' + text.translate(_ESCAPES) + '"'


def _base64(data):
    return '"' + base64.b64encode(data).decode() + '"'


def _text_or_base64(data):
    text = utf8(data)
    return f'{{"b":{_base64(data)}}}' if text is None else quote(text)


def _key(key):
    if key is None:
        return ""
    text = utf8(key)
    return f',"kb":{_base64(key)}' if text is None else f',"k":{quote(text)}'


def _headers(headers):
    if not headers:
        return ""
    pairs = (f"[{_text_or_base64(n)},{'null' if v is None else _text_or_base64(v)}]" for n, v in headers)
    return ',"h":[' + ",".join(pairs) + "]"


def _value(value, mode):
    if value is None:
        return ',"del":true'
    text = None if mode == "base64" else utf8(value)
    if text is None:
        return f',"b":{_base64(value)}'
    if mode == "json" and is_json(text):
        return f',"v":{text}'
    return f',"s":{quote(text)}'


def record_bytes(record):
    """The size that the limit is about: key, value, header names and header values."""
    parts = [record.key, record.value, *(part for pair in record.headers for part in pair)]
    return sum(len(part) for part in parts if part is not None)


def render(record, mode="json"):
    """The exact text of the update."""
    head = f'{{"o":{record.offset},"t":{record.timestamp}'
    size = record_bytes(record)
    if size > MAX_RECORD_BYTES:
        key = _key(record.key) if len(record.key or b"") <= MAX_KEY_BESIDE_OMITTED else ""
        return f'{head}{key},"omitted":{{"bytes":{size},"reason":"too_large"}}}}'
    return head + _key(record.key) + _headers(record.headers) + _value(record.value, mode) + "}"
