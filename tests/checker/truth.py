"""What Kafka holds of one topic, from two witnesses that know nothing of the bridge: what producers had acknowledged and
what Kafka's own read_committed consumer saw."""

import bisect
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from .fingerprint import fingerprint
from .render import Record, render


@dataclass(frozen=True)
class Acked:
    """A record that a producer had acknowledged. `fate` is committed, aborted, or unknown (the commit's answer was lost)."""

    partition: int
    record: Record
    fate: str = "committed"


@dataclass(frozen=True)
class Known:
    """A record that a subscriber must get: its update's text and its fingerprint."""

    offset: int
    text: str
    fp: str
    record: Record


class Truth:
    """`kept` is the earliest offset that Kafka still had at the end, per partition; what lies below may be gone.
    `undecodable` are (partition, from, next) that are corrupt in Kafka. `optional` are (partition, offset) that may be
    missing (compacted away meanwhile)."""

    def __init__(self, acked=(), seen=(), *, mode="json", kept=None, undecodable=(), optional=()):
        self.mode, self.kept = mode, dict(kept or {})
        self.undecodable, self.optional = list(undecodable), set(optional)
        self.acked = list(acked)
        self.seen = {(p, r.offset): r for p, r in seen}
        self.aborted = {(a.partition, a.record.offset) for a in self.acked if a.fate == "aborted"}
        self._index()
        self.known = lru_cache(maxsize=None)(self._known)

    def _index(self):
        committed = {(a.partition, a.record.offset): a.record for a in self.acked if a.fate == "committed"}
        self._records = {**committed, **self.seen}
        self._offsets = defaultdict(list)
        for partition, offset in sorted(self._records):
            self._offsets[partition].append(offset)

    def _known(self, partition, offset):
        record = self._records[partition, offset]
        return Known(offset, render(record, self.mode), fingerprint(record.timestamp, record.key, record.value), record)

    def disagreements(self):
        """Where the two witnesses contradict each other: a fault of Kafka or of the test, never of the bridge."""
        for a in self.acked:
            place = (a.partition, a.record.offset)
            seen = self.seen.get(place)
            if a.fate == "aborted" and seen:
                yield f"{place} was aborted and yet consumed"
            elif a.fate == "committed" and not seen and not self.lost(*place):
                yield f"{place} was acknowledged and not consumed"
            elif a.fate == "committed" and seen and seen != a.record:
                yield f"{place} was acknowledged as {a.record} and consumed as {seen}"

    def partitions(self):
        return sorted(self._offsets)

    def end(self, partition):
        """One past the last known record."""
        offsets = self._offsets.get(partition)
        return offsets[-1] + 1 if offsets else 0

    def ends(self):
        return {p: self.end(p) for p in self.partitions()}

    def offsets(self, partition, start, next_):
        """The known records' offsets in [start, next)."""
        all_ = self._offsets.get(partition, [])
        return all_[bisect.bisect_left(all_, start):bisect.bisect_left(all_, next_)]

    def has(self, partition, offset):
        return (partition, offset) in self._records

    def lost(self, partition, offset):
        """Whether Kafka could not deliver the offset at the end: retention, or corruption."""
        if offset < self.kept.get(partition, 0):
            return True
        return any(p == partition and start <= offset < next_ for p, start, next_ in self.undecodable)
