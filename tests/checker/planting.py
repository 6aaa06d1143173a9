"""Faults are planted in the receipts of a world: where, and what the checker then finds."""

import dataclasses

from . import world
from .check import faults
from .frames import parse


def kinds(a_world, receipts, resets=()):
    """Of the faults that the checker finds."""
    return {f.kind for f in faults({world.CHANNEL: a_world.truth}, receipts, world.UNTIL, resets)}


def frames_of(receipts, kind, wanted=lambda frame: True):
    """Indices of the events that carry frames of a kind."""
    found = []
    for index, event in enumerate(receipts.events):
        frame = parse(event.text) if event.event == "got" else None
        if isinstance(frame, kind) and wanted(frame):
            found.append(index)
    assert found
    return found


def swap_text(receipts, index, text):
    receipts.events[index] = dataclasses.replace(receipts.events[index], text=text)


def some(a_world, receipts, kind, wanted=lambda frame: True):
    """(index, frame) of one of those."""
    index = a_world.random.choice(frames_of(receipts, kind, wanted))
    return index, parse(receipts.events[index].text)


def many(frame):
    return len(frame.offsets) >= 3


def with_updates(frame, texts):
    """The batch's text with other updates."""
    return frame.raw[:frame.raw.index('"u":[')] + '"u":[' + ",".join(texts) + "]}"


def reconnects(receipts):
    """Indices of the later `subscribed`."""
    return [i for i, e in enumerate(receipts.events) if e.event == "got" and '"subscribed"' in e.text][1:]
