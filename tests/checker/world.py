"""A made-up topic and a made-up bridge that serves it rightly, for the checker's own tests: whatever the seed, the checker
must find nothing; after one seeded fault it must find that."""

import json
import random

from . import position
from .position import Entry
from .receipts import Receipts
from .render import Record
from .truth import Acked, Truth

CHANNEL = "metrics"
EPOCH = "00c0ffee"
PARTITIONS = 3
LENGTH = 200


class World:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.kept = {p: self.random.randrange(20, 40) for p in range(PARTITIONS)}
        self.acked = [self._record(p, o) for p in range(PARTITIONS) for o in range(LENGTH) if self.random.random() < 0.8]
        seen = [(a.partition, a.record) for a in self.acked if a.fate == "committed"]
        self.truth = Truth(self.acked, seen, kept=self.kept)

    def _record(self, partition, offset):
        value = f'{{"p":{partition},"o":{offset},"x":1.10}}'.encode()
        fate = "aborted" if self.random.random() < 0.2 else "committed"
        return Acked(partition, Record(offset, 1732147200000 + offset, b"k%d" % (offset % 5), value), fate)

    def head(self):
        return position.write(EPOCH, {p: Entry(LENGTH) for p in range(PARTITIONS)})

    def batch(self, partition, start, next_, known):
        """A batch frame, or coverage where there is nothing known."""
        if not known:
            return f'{{"ch":"{CHANNEL}","cover":[[{partition},{start},{next_}]]}}'
        inner = ",".join(k.text for k in known)
        return f'{{"ch":"{CHANNEL}","p":{partition},"from":{start},"next":{next_},"fp":"{known[-1].fp}","u":[{inner}]}}'

    def known(self, partition, start, next_):
        return [self.truth.known(partition, o) for o in self.truth.offsets(partition, start, next_)]


class Session:
    """A client and a bridge at once: serves everything from 0, cut at random places and connections."""

    def __init__(self, world):
        self.world, self.random = world, world.random
        self.receipts = Receipts()
        self.places = {p: Entry(0) for p in range(PARTITIONS)}
        self.connected = False

    def run(self):
        while any(e.next < LENGTH for e in self.places.values()):
            if not self.connected:
                self._connect()
            self._serve(self.random.choice([p for p, e in self.places.items() if e.next < LENGTH]))
            if self.random.random() < 0.1:
                self._cut()
        self._cut()
        return self.receipts

    def _connect(self):
        text = position.write(EPOCH, self.places)
        first = not self.receipts.events
        start = "earliest" if first else {"position": text}
        self.receipts.opened()
        self.receipts.got('{"welcome":{"protocol":1,"server":"world/1","session":"s","heartbeat":15000,"time":1,'
                          '"limits":{"message":65536,"subscriptions":1000,"times":200,"partitions":1000}}}')
        self.receipts.sent(json.dumps({"op": "subscribe", "id": 1, "channel": CHANNEL, "from": start}))
        self.receipts.got(f'{{"subscribed":{{"channel":"{CHANNEL}","position":"{text}","head":"{self.world.head()}"}},"id":1}}')
        self.connected = True

    def _cut(self):
        if self.connected:
            self.receipts.closed()
        self.connected = False

    def _serve(self, partition):
        entry = self.places[partition]
        if entry.next < self.world.kept[partition]:
            next_ = self.world.kept[partition]
            return self._send(partition, Entry(next_, entry.anchor, entry.fp),
                              f'{{"ch":"{CHANNEL}","p":{partition},"gap":{{"from":{entry.next},"next":{next_},"reason":"expired"}}}}')
        next_ = min(LENGTH, entry.next + self.random.randrange(1, 12))
        known = self.world.known(partition, entry.next, next_)
        after = Entry(next_, known[-1].offset, known[-1].fp) if known else Entry(next_, entry.anchor, entry.fp)
        self._send(partition, after, self.world.batch(partition, entry.next, next_, known))

    def _send(self, partition, after, text):
        self.receipts.got(text)
        self.places[partition] = after


def make(seed):
    world = World(seed)
    return world, Session(world).run()


UNTIL = {CHANNEL: dict.fromkeys(range(PARTITIONS), LENGTH)}
