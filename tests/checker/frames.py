"""Server frames, parsed. `raw` keeps the text as it came: the checker compares texts, never re-serialised JSON."""

import json
from dataclasses import dataclass, field


class BadFrame(ValueError):
    """The text is not a frame of the protocol."""


@dataclass(frozen=True)
class Batch:
    raw: str = field(repr=False)
    ch: str
    p: int
    start: int  # the frame's `from`
    next: int
    fp: str
    offsets: list = field(repr=False)


@dataclass(frozen=True)
class Gap:
    raw: str = field(repr=False)
    ch: str
    p: int
    start: int
    next: int
    reason: str


@dataclass(frozen=True)
class Cover:
    raw: str = field(repr=False)
    ch: str
    rows: list


@dataclass(frozen=True)
class Control:
    """Everything that is not data: `name` is the frame's key, `body` what stands there."""

    raw: str = field(repr=False)
    name: str
    body: object
    id: int | None = None


def _int(value, what):
    if type(value) is not int or value < 0:
        raise BadFrame(f"{what} is no offset: {value!r}")
    return value


def _batch(text, data):
    offsets = [_int(update["o"], "o") for update in data["u"]]
    batch = Batch(text, data["ch"], _int(data["p"], "p"), _int(data["from"], "from"), _int(data["next"], "next"),
                  data["fp"], offsets)
    inside = all(batch.start <= o < batch.next for o in offsets)
    if not offsets or not inside or any(a >= b for a, b in zip(offsets, offsets[1:])):
        raise BadFrame(f"updates {offsets[:5]}… do not ascend within [{batch.start}, {batch.next})")
    return batch


def _gap(text, data):
    gap = data["gap"]
    found = Gap(text, data["ch"], _int(data["p"], "p"), _int(gap["from"], "from"), _int(gap["next"], "next"), gap["reason"])
    if found.start >= found.next:
        raise BadFrame(f"empty gap at {found.start}")
    return found


def _cover(text, data):
    rows = [tuple(_int(n, "row") for n in row) for row in data["cover"]]
    if any(len(row) != 3 or row[1] > row[2] for row in rows) or len({row[0] for row in rows}) != len(rows):
        raise BadFrame(f"rows {rows}")
    return Cover(text, data["ch"], rows)


def _data(text, data):
    for key, parser in (("u", _batch), ("gap", _gap), ("cover", _cover)):
        if key in data:
            return parser(text, data)
    return Control(text, "ch", data)


def parse(text):
    """The frame in a text message, or BadFrame."""
    try:
        data = json.loads(text)
        if "ch" in data:
            return _data(text, data)
        name = next(iter(data))
        return Control(text, name, data[name], data.get("id"))
    except BadFrame:
        raise
    except (ValueError, KeyError, TypeError, StopIteration, RecursionError) as error:
        raise BadFrame(f"{error!r} in {text[:100]!r}") from error
