"""Where the parts of a JSON text begin and end, without reading them: so that texts are compared, not values."""

import re

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]', re.DOTALL)


def _parts(text, at):
    """The slices between the separators of the bracket at `text[at]`, and the index after its closing bracket."""
    depth, start, parts = 0, at + 1, []
    for token in _TOKEN.finditer(text, at):
        word = token.group()
        if word in "[{":
            depth += 1
        elif word in "]}":
            depth -= 1
        if depth == 0 or (depth == 1 and word == ","):
            parts.append(text[start:token.start()])
            start = token.end()
        if depth == 0:
            return ([] if parts == [""] else parts), token.end()
    raise ValueError("unclosed bracket")


def elements(text, at=0):
    """The raw texts of an array's elements (or an object's members) that opens at `text[at]`."""
    return _parts(text, at)[0]


def updates(frame):
    """The raw texts of a batch frame's updates."""
    return elements(frame, frame.index('"u":[') + 4)
