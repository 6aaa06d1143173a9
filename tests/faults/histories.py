"""Clients whose channel was reset: what came before the reset is held against one history, what came after against the next.

    receipts   subscribed … batch batch │ reset batch … closed … subscribed batch
    checked    against the first        │ against the second, as if it had begun at the reset's position
"""

import json

from checker import position
from checker.check import faults
from checker.frames import Control, parse
from checker.receipts import Event, Receipts
from checker.truth import Truth


def resets_of(receipts, channel):
    """[(index of the event, the reset's body)]."""
    found = []
    for n, event in enumerate(receipts.events):
        if event.event == "got" and event.text.startswith('{"reset"'):
            frame = parse(event.text)
            if isinstance(frame, Control) and frame.body["channel"] == channel:
                found.append((n, frame.body))
    return found


def split(receipts, channel):
    """One Receipts per history."""
    resets = resets_of(receipts, channel)
    if not resets:
        return [receipts]
    cuts = [n for n, _ in resets] + [len(receipts.events)]
    parts = [Receipts(receipts.events[:cuts[0]])]
    welcome = next(e for e in receipts.events if e.event == "got")
    for number, (n, body) in enumerate(resets):
        opening = [Event("open"), welcome, Event("sent", json.dumps({"op": "subscribe", "id": 0, "channel": channel})),
                   Event("got", json.dumps({"subscribed": {"channel": channel, "position": body["position"],
                                                           "head": body["position"]}, "id": 0}, separators=(",", ":")))]
        parts.append(Receipts(opening + receipts.events[n + 1:cuts[number + 1]]))
    return parts


def until_noticed(old, new, common=None):
    """What a client may hold before the reset: the old history, and the new one from where the old one ended on, or from
    where they part: that is what it takes for the old one's continuation until the bridge looks again."""
    def later(partition, offset):
        return offset >= (common or {}).get(partition, old.end(partition)) and not old.has(partition, offset)

    acked = [a for a in new.acked if later(a.partition, a.record.offset)]
    seen = {(p, o): r for (p, o), r in new.seen.items() if later(p, o)}
    optional = {(a.partition, a.record.offset) for a in acked} | set(seen)
    mixed = Truth(old.acked + acked, [(p, r) for (p, _), r in [*old.seen.items(), *seen.items()]],
                  kept={p: max(old.kept.get(p, 0), new.kept.get(p, 0)) for p in {*old.kept, *new.kept}}, optional=optional)
    return mixed


def assert_reset(channel, old, new, *clients, reasons, starts=None, until=True):
    """Each client was reset once, for one of the reasons, at or below `starts`, and got both histories rightly."""
    before = until_noticed(old, new, starts)
    for number, client in enumerate(clients):
        bodies = [body for _, body in resets_of(client.receipts, channel)]
        assert len(bodies) == 1 and bodies[0]["reason"] in reasons, f"client {number}: {bodies}"
        places = {p: e.next for p, e in position.parse(bodies[0]["position"])[1].items()}
        for p, start in (starts or {p: 0 for p in new.partitions()}).items():
            assert places[p] <= start, f"client {number} goes on at {places}, not at or below {starts}"
        first, second = split(client.receipts, channel)
        found = faults({channel: before}, first) + faults({channel: new}, second, {channel: new.ends()} if until else {})
        assert not found, f"client {number}: {len(found)} faults:\n" + "\n".join(map(str, found[:30]))
