"""Positions: the grammar of schemas/protocol.md, parsed strictly and written canonically."""

import re
from dataclasses import dataclass

MAX_PARTITION = 2**31 - 1
MAX_OFFSET = 2**53 - 1
MAX_ENTRIES = 1000

_POSITION = re.compile(r"v1\.([0-9a-f]{8})\.(.*)", re.DOTALL)
_NUMBER = r"(0|[1-9][0-9]*)"
_ENTRY = re.compile(rf"{_NUMBER}:(?:(\?)|{_NUMBER}(?:~(?:([1-9][0-9]*)\.)?([0-9a-f]{{8}}))?)")


@dataclass(frozen=True)
class Entry:
    """One partition's place. `next` is None where the start is unknown; `anchor` is an offset, `fp` its hex."""

    next: int | None
    anchor: int | None = None
    fp: str | None = None


class BadPosition(ValueError):
    """The text is not a position."""


def _entry(text):
    found = _ENTRY.fullmatch(text)
    if not found:
        raise BadPosition(f"entry {text[:40]!r}")
    partition, unknown, next_, distance, fp = found.groups()
    if int(partition) > MAX_PARTITION:
        raise BadPosition(f"partition {partition}")
    if unknown:
        return int(partition), Entry(None)
    return int(partition), _known(int(next_), distance, fp)


def _known(next_, distance, fp):
    if next_ > MAX_OFFSET:
        raise BadPosition(f"offset {next_}")
    if fp is None:
        return Entry(next_)
    anchor = next_ - 1 - int(distance or 0)
    if anchor < 0:
        raise BadPosition(f"anchor before offset 0 at {next_}")
    return Entry(next_, anchor, fp)


def parse(text):
    """(epoch, {partition: Entry}) of a position, or BadPosition."""
    found = _POSITION.fullmatch(text)
    if not found:
        raise BadPosition(f"no position: {text[:40]!r}")
    epoch, rest = found.groups()
    parts = rest.split(",", MAX_ENTRIES) if rest else []
    if len(parts) > MAX_ENTRIES:
        raise BadPosition("too many entries")
    entries = {}
    last = -1
    for part in parts:
        partition, entry = _entry(part)
        if partition <= last:
            raise BadPosition(f"partition {partition} after {last}")
        entries[partition] = entry
        last = partition
    return epoch, entries


def _write_entry(partition, entry):
    if entry.next is None:
        return f"{partition}:?"
    if entry.fp is None:
        return f"{partition}:{entry.next}"
    distance = entry.next - 1 - entry.anchor
    return f"{partition}:{entry.next}~{f'{distance}.' if distance else ''}{entry.fp}"


def write(epoch, entries):
    """The canonical text of a position."""
    return f"v1.{epoch}." + ",".join(_write_entry(p, entries[p]) for p in sorted(entries))
