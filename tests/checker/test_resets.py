"""Resets that a test allows: they may take a chain back, never past a record."""

import json
import re

import pytest

from checker import position, world
from checker.chain import Chain
from checker.frames import Batch, Cover, Gap, parse
from checker.planting import frames_of, kinds, reconnects, some, swap_text
from checker.position import Entry
from checker.receipts import Event

ALLOWED = {"recreated", "truncated"}
SEEDS = range(12)


def reset_to(receipts, index, reason, places):
    """A reset before the event, to a place of its own in some partitions and to the chain's in the others."""
    chain = None
    for event in receipts.events[:index]:
        frame = parse(event.text) if event.event == "got" else None
        if getattr(frame, "name", "") == "subscribed":
            chain = Chain(frame.body["position"])
        elif isinstance(frame, (Batch, Cover, Gap)):
            chain.take(frame)
    chain.places.update(places)
    receipts.events.insert(index, Event("got", reset_frame(reason, chain.text())))


def reset_frame(reason, at):
    return f'{{"reset":{{"channel":"metrics","reason":"{reason}","position":"{at}"}}}}'


def reset_that_skips(a_world, receipts):
    index, frame = some(a_world, receipts, Batch)
    del receipts.events[index]
    reset_to(receipts, index, "truncated", {frame.p: Entry(frame.next)})


def reset_to_nowhere(a_world, receipts):
    index, frame = some(a_world, receipts, Batch)
    reset_to(receipts, index, "truncated", {frame.p: Entry(None)})


def recreated_not_at_the_beginning(a_world, receipts):
    index, _ = some(a_world, receipts, Batch)
    reset_to(receipts, index, "recreated", {})


def resumed_and_reset_to_what_skips(a_world, receipts):
    """`subscribed` has moved already to where the reset says."""
    index = a_world.random.choice(reconnects(receipts)) + 1
    frame = parse(receipts.events[index].text)
    del receipts.events[index]
    moved_and_reset(receipts, index, {frame.p: Entry(frame.next)})


def started_from_a_position_and_reset_to_what_skips(a_world, receipts):
    """The same, of a position that the client had from elsewhere."""
    index = frames_of(receipts, Gap)[0]
    sent = next(i for i, e in enumerate(receipts.events) if e.event == "sent")
    swap_text(receipts, sent, receipts.events[sent].text.replace('"earliest"', '{"position": "v1.00c0ffee.0:0,1:0,2:0"}'))
    frame = parse(receipts.events[index].text)
    assert index == sent + 2
    del receipts.events[index]
    moved_and_reset(receipts, index, {frame.p: Entry(frame.next)})


def partition_left_out_and_reset_to_what_skips(a_world, receipts):
    """The same, and the position does not name the partition: it begins at 0."""
    started_from_a_position_and_reset_to_what_skips(a_world, receipts)
    sent = next(i for i, e in enumerate(receipts.events) if e.event == "sent")
    moved = next(p for p, e in position.parse(parse(receipts.events[sent + 1].text).body["position"])[1].items() if e.next)
    left = {p: Entry(0) for p in range(world.PARTITIONS) if p != moved}
    swap_text(receipts, sent, re.sub(r"v1[^\"]+", position.write(world.EPOCH, left), receipts.events[sent].text))


def moved_and_reset(receipts, index, places):
    reset_to(receipts, index, "truncated", places)
    after = parse(receipts.events[index].text).body["position"]
    subscribed = receipts.events[index - 1].text
    swap_text(receipts, index - 1, subscribed.replace(parse(subscribed).body["position"], after, 1))


SEEDED = [reset_that_skips, reset_to_nowhere, recreated_not_at_the_beginning, resumed_and_reset_to_what_skips,
          started_from_a_position_and_reset_to_what_skips, partition_left_out_and_reset_to_what_skips]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("plant", SEEDED, ids=lambda f: f.__name__)
def test_reset_that_skips_is_caught(plant, seed):
    a_world, receipts = world.make(seed)
    plant(a_world, receipts)
    assert "reset" in kinds(a_world, receipts, ALLOWED)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_reset_that_skips_nothing_is_none(seed):
    a_world, receipts = world.make(seed)
    index, _ = some(a_world, receipts, Batch)
    reset_to(receipts, index, "truncated", {})
    again = dict.fromkeys(range(world.PARTITIONS), Entry(0))
    reset_to(receipts, frames_of(receipts, (Gap, Batch))[0], "recreated", again)
    assert kinds(a_world, receipts, ALLOWED) == set()


def reset_before_a_reconnect(a_world, receipts, write):
    """At the end of a connection; `write` makes its position of the one that the client asks for next."""
    index = a_world.random.choice([i for i, e in enumerate(receipts.events) if e.event == "sent" and "~" in e.text])
    closed = max(i for i, e in enumerate(receipts.events[:index]) if e.event == "closed")
    asked = json.loads(receipts.events[index].text)["from"]["position"]
    receipts.events.insert(closed, Event("got", reset_frame("truncated", write(*position.parse(asked)))))


def without_anchors(epoch, places):
    return position.write(epoch, {p: Entry(e.next) for p, e in places.items()})


@pytest.mark.parametrize("seed", SEEDS)
def test_the_client_keeps_the_anchors_of_what_a_reset_leaves_where_it_stood(seed):
    a_world, receipts = world.make(seed)
    reset_before_a_reconnect(a_world, receipts, without_anchors)
    assert kinds(a_world, receipts, ALLOWED) == set()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_client_keeps_none_of_another_view(seed):
    a_world, receipts = world.make(seed)
    reset_before_a_reconnect(a_world, receipts, lambda epoch, places: without_anchors("deadbeef", places))
    assert "client" in kinds(a_world, receipts, ALLOWED)
