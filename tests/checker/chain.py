"""A subscription's place, moved by frames as a client must move it (schemas/protocol.md, section 5).

        subscribed 0:1040,1:?           places {0: 1040, 1: ?}
        batch p0 [1040,1044) o=1040     places {0: 1044 ~3.fp}      from == next: goes on
        cover [1,88,91]                 places {1: 91}              a '?' begins at its first row
        batch p0 [1050,1060)            Hole                        from > next: nothing is taken
"""

from . import position
from .frames import BadFrame, Batch, Cover, Gap
from .position import Entry


class Hole(Exception):
    """A frame begins above the place: something in between was never accounted for."""

    def __init__(self, partition, expected, start):
        super().__init__(f"partition {partition}: expected {expected}, frame begins at {start}")
        self.partition, self.expected, self.start = partition, expected, start


class Chain:
    """The place of one subscription; `place` of a partition that nobody named is 0."""

    def __init__(self, text):
        self.epoch, self.places = position.parse(text)

    def reset(self, text):
        """Another place stands. It keeps the anchors of what it leaves where it stood, in the same view: nothing contradicts them."""
        epoch, places = position.parse(text)
        if epoch == self.epoch:
            places |= {p: self.places[p] for p, entry in places.items()
                       if p in self.places and self.places[p].next == entry.next and entry.fp is None}
        self.epoch, self.places = epoch, places

    def resumed(self, text):
        """`subscribed` answered a resume: this place stands, only partitions without one take theirs from the answer."""
        for partition, entry in position.parse(text)[1].items():
            if self.places.get(partition, Entry(None)).next is None:
                self.places[partition] = entry

    def text(self):
        return position.write(self.epoch, self.places)

    def place(self, partition):
        return self.places.get(partition, Entry(0))

    def take(self, frame):
        """Moves past a data frame and returns the offsets taken from it; Hole or BadFrame leave the place as it was."""
        if isinstance(frame, Batch):
            return self._batch(frame)
        if isinstance(frame, Gap):
            self._move(frame.p, frame.start, frame.next)
        elif isinstance(frame, Cover):
            self._cover(frame)
        else:
            raise BadFrame(f"no data: {frame.raw[:100]!r}")
        return []

    def _check(self, partition, start):
        place = self.place(partition)
        if place.next is None:
            raise BadFrame(f"partition {partition} has no start yet")
        if start > place.next:
            raise Hole(partition, place.next, start)
        return place

    def _move(self, partition, start, next_):
        place = self._check(partition, start)
        self.places[partition] = Entry(max(place.next, next_), place.anchor, place.fp)

    def _batch(self, batch):
        place = self._check(batch.p, batch.start)
        taken = [o for o in batch.offsets if o >= place.next]
        if taken:
            self.places[batch.p] = Entry(batch.next, batch.offsets[-1], batch.fp)
        else:
            self._move(batch.p, batch.start, batch.next)
        return taken

    def _cover(self, cover):
        for partition, start, _ in cover.rows:
            if self.place(partition).next is not None:
                self._check(partition, start)
        for partition, start, next_ in cover.rows:
            if self.place(partition).next is None:
                self.places[partition] = Entry(next_)
            else:
                self._move(partition, start, next_)
