"""One channel of one client: its chain over all connections, held against the truth."""

import json

from . import position
from .batches import absent, batch_faults, gap_faults, where
from .chain import Chain, Hole
from .faults import Fault
from .frames import BadFrame, Batch, Cover, Gap


class Subscription:
    """Fed with the channel's frames in order; `faults` grows. `resets` are the reset reasons that the test expects."""

    def __init__(self, channel, truth, resets=()):
        self.channel, self.truth, self.resets = channel, truth, set(resets)
        self.faults = []
        self.chain = None
        self.active = False
        self.started = []     # the position of each `subscribed`
        self.delivered = {}   # partition: offsets, in the order they came
        self.gaps = []
        self._asked = None    # the subscribe message without an answer
        self._doubt = []      # resume faults that a reset would explain
        self._resumed = {}    # {partition: the next offset that the client asked for}, until a frame is no reset

    def fault(self, kind, detail, partition="", offset=""):
        self.faults.append(Fault(kind, where(self.channel, partition, offset), detail))

    def asked(self, message):
        """The client sent `subscribe`, or its query did. While one stands this one is refused."""
        self._asked = message
        if self.chain and not self.active and self._wanted(message) != position.parse(self.chain.text()):
            self.fault("client", f"asks for {message.get('from')!r:.200} while it stands at {self.chain.text():.200}")

    @staticmethod
    def _wanted(message):
        start = message.get("from")
        return position.parse(start["position"]) if isinstance(start, dict) and "position" in start else None

    def ended_connection(self):
        self.active, self._asked = False, None

    def subscribed(self, body):
        if self._asked is None or self.active:
            self.fault("protocol", "subscribed without a subscribe")
        wanted = self._wanted(self._asked or {})
        self.active, self._asked = True, None
        self.started.append(body["position"])
        self._anchors(body["position"])
        given = position.parse(body["position"])
        self._doubt = list(self._misplaced(wanted, given)) if wanted else []
        self._resumed = {p: self._asked_next(wanted, p) for p in given[1]} if wanted else {}
        if wanted and self.chain:
            self.chain.resumed(body["position"])
        else:
            self.chain = Chain(body["position"])

    @staticmethod
    def _asked_next(wanted, partition):
        return wanted[1].get(partition, position.Entry(0)).next

    def _misplaced(self, wanted, given):
        if wanted[0] != given[0]:
            yield f"epoch {wanted[0]} became {given[0]}"
        for partition in sorted({*wanted[1], *given[1]}):
            asked = self._asked_next(wanted, partition)
            answered = given[1].get(partition, position.Entry(None)).next
            if asked is not None and asked != answered:
                yield f"partition {partition}: asked for {asked}, got {answered}"

    def _settle(self):
        """A frame came that is no reset: the doubts were right."""
        for doubt in self._doubt:
            self.fault("resume", doubt)
        self._doubt, self._resumed = [], {}

    def _anchors(self, text):
        for partition, entry in position.parse(text)[1].items():
            if entry.fp is None:
                continue
            if self.truth.has(partition, entry.anchor):
                if self.truth.known(partition, entry.anchor).fp != entry.fp:
                    self.fault("anchor", f"{entry.fp} is not the record's", partition, entry.anchor)
            elif not self.truth.lost(partition, entry.anchor):
                self.fault("anchor", "no such record", partition, entry.anchor)
            if between := [o for o in self.truth.offsets(partition, entry.anchor + 1, entry.next)
                           if (partition, o) not in self.truth.optional and not self.truth.lost(partition, o)]:
                self.fault("anchor", f"{between[0]} lies between it and {entry.next}", partition, entry.anchor)

    def reset(self, body):
        after = Chain(body["position"])
        if body["reason"] not in self.resets:
            self.fault("reset", json.dumps(body)[:300])
        for partition in self._skipped(body["reason"], after):
            self.fault("reset", f"skips what may stand there: {json.dumps(body):.300}", partition)
        self._doubt, self._resumed = [], {}
        self.chain = self.chain or after
        self.chain.reset(body["position"])
        self._anchors(body["position"])
        for partition, entry in self.chain.places.items():
            self.delivered.setdefault(partition, []).append(None)  # a new history may repeat offsets

    def _skipped(self, reason, after):
        """The partitions in which a reset goes on where records may have been left out."""
        if reason == "recreated":
            return [p for p, entry in after.places.items() if entry.next != 0]
        if reason != "truncated" or not self.chain:
            return []
        return [p for p, entry in after.places.items() if self._passes(p, entry.next)]

    def _passes(self, partition, next_):
        stood = self._resumed.get(partition)
        if stood is None:
            stood = self.chain.place(partition).next
        return stood is not None and (next_ is None or next_ > stood)

    def closed(self, body=None):
        """`unsubscribed` or `ended`."""
        self._settle()
        self.active = False
        if body and "position" in body:
            self._anchors(body["position"])

    def data(self, frame):
        self._settle()
        if not self.active:
            return self.fault("protocol", f"data without a subscription: {frame.raw[:150]}")
        try:
            before = dict(self.chain.places)
            taken = self.chain.take(frame)
        except Hole as hole:
            return self.fault("hole", f"{hole}: {frame.raw[:150]}", hole.partition, hole.start)
        except BadFrame as error:
            return self.fault("bad_frame", str(error))
        self._check(frame, before, taken)

    def _check(self, frame, before, taken):
        if isinstance(frame, Cover):
            return self._cover(frame, before)
        place = before.get(frame.p, position.Entry(0)).next
        if frame.start != place:
            self.fault("repeated", f"the chain stands at {place}: {frame.raw[:150]}", frame.p, frame.start)
        if isinstance(frame, Gap):
            self.gaps.append(frame)
            self.faults += gap_faults(self.truth, frame)
            self._format(frame, {"ch": frame.ch, "p": frame.p,
                                 "gap": {"from": frame.start, "next": frame.next, "reason": frame.reason}})
        elif isinstance(frame, Batch):
            self.faults += batch_faults(self.truth, frame)
            self._deliver(frame)

    def _deliver(self, batch):
        offsets = self.delivered.setdefault(batch.p, [])
        if offsets and offsets[-1] is not None and batch.offsets[0] <= offsets[-1]:
            self.fault("repeated", f"after {offsets[-1]}", batch.p, batch.offsets[0])
        offsets += batch.offsets

    def _cover(self, cover, before):
        self._format(cover, {"ch": cover.ch, "cover": cover.rows})
        for partition, start, next_ in cover.rows:
            place = before.get(partition, position.Entry(0)).next
            begin = start if place is None else max(place, start)
            self.faults += absent(self.truth, self.channel, partition, begin, next_)

    def _format(self, frame, fields):
        if json.dumps(fields, separators=(",", ":"), ensure_ascii=False) != frame.raw:
            self.fault("format", frame.raw[:200])

    def finish(self, until):
        """The client is done; it should have got as far as `until`."""
        for partition, next_ in (until or {}).items():
            got = self.chain.place(partition).next if self.chain else None
            if got is None or got < next_:
                self.fault("incomplete", f"ends at {got}, should reach {next_}", partition)
