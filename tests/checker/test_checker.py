"""The checker against seeded faults: it finds nothing in good receipts, and each fault once it is planted."""

import dataclasses
import json
import re

import pytest

from checker import world
from checker.check import faults
from checker.frames import Batch, Cover, Gap, parse
from checker.planting import frames_of, kinds, many, reconnects, some, swap_text, with_updates
from checker.rawjson import updates
from checker.receipts import Event, Receipts
from checker.truth import Truth

SEEDS = range(12)


@pytest.mark.parametrize("seed", range(50))
def test_good_receipts_have_no_fault(seed):
    a_world, receipts = world.make(seed)
    assert faults({world.CHANNEL: a_world.truth}, receipts, world.UNTIL) == []


def dropped_record(a_world, receipts):
    index, frame = some(a_world, receipts, Batch, many)
    swap_text(receipts, index, with_updates(frame, [t for n, t in enumerate(updates(frame.raw)) if n != 1]))
    return "dropped"


def dropped_last_record(a_world, receipts):
    index, frame = some(a_world, receipts, Batch, many)
    texts = updates(frame.raw)[:-1]
    fp = a_world.truth.known(frame.p, frame.offsets[-2]).fp
    swap_text(receipts, index, with_updates(frame, texts).replace(frame.fp, fp))
    return "dropped"


def dropped_batch_behind_coverage(a_world, receipts):
    index, frame = some(a_world, receipts, Batch)
    swap_text(receipts, index, f'{{"ch":"metrics","cover":[[{frame.p},{frame.start},{frame.next}]]}}')
    return "dropped"


def duplicated_record(a_world, receipts):
    index, frame = some(a_world, receipts, Batch, many)
    texts = updates(frame.raw)
    swap_text(receipts, index, with_updates(frame, texts[:2] + texts[1:]))
    return "bad_frame"


def duplicated_frame(a_world, receipts):
    index, _ = some(a_world, receipts, Batch)
    receipts.events.insert(index, receipts.events[index])
    return "repeated"


def swapped_records(a_world, receipts):
    index, frame = some(a_world, receipts, Batch, many)
    texts = updates(frame.raw)
    swap_text(receipts, index, with_updates(frame, [texts[1], texts[0], *texts[2:]]))
    return "bad_frame"


def swapped_values(a_world, receipts):
    index, frame = some(a_world, receipts, Batch, many)
    a, b = (f'"o":{o},' for o in frame.offsets[:2])
    head, tail = frame.raw.split('"u":', 1)
    tail = tail.replace("{" + a, "{@").replace("{" + b, "{" + a).replace("{@", "{" + b)
    texts = updates(head + '"u":' + tail)
    swap_text(receipts, index, with_updates(frame, [texts[1], texts[0], *texts[2:]]))
    return "altered"


def altered_value(a_world, receipts):
    index, frame = some(a_world, receipts, Batch)
    swap_text(receipts, index, frame.raw.replace('"x":1.10', '"x":1.11', 1))
    return "altered"


def reserialised_value(a_world, receipts):
    index, frame = some(a_world, receipts, Batch)
    swap_text(receipts, index, frame.raw.replace('"x":1.10', '"x":1.1', 1))
    return "altered"


def altered_timestamp(a_world, receipts):
    index, frame = some(a_world, receipts, Batch)
    swap_text(receipts, index, frame.raw.replace('"t":17', '"t":18', 1))
    return "altered"


def altered_key(a_world, receipts):
    index, frame = some(a_world, receipts, Batch)
    swap_text(receipts, index, frame.raw.replace('"k":"k', '"k":"K', 1))
    return "altered"


def white_space(a_world, receipts):
    index, frame = some(a_world, receipts, Batch)
    swap_text(receipts, index, frame.raw.replace(',"fp"', ', "fp"', 1))
    return "format"


def fields_in_another_order(a_world, receipts):
    index, frame = some(a_world, receipts, Batch)
    swap_text(receipts, index, frame.raw.replace(f'"ch":"metrics","p":{frame.p}', f'"p":{frame.p},"ch":"metrics"'))
    return "format"


def false_gap(a_world, receipts):
    index, frame = some(a_world, receipts, Batch)
    gap = {"ch": "metrics", "p": frame.p, "gap": {"from": frame.start, "next": frame.next, "reason": "expired"}}
    swap_text(receipts, index, json.dumps(gap, separators=(",", ":")))
    return "false_gap"


def gap_too_long(a_world, receipts):
    index, frame = some(a_world, receipts, Gap)
    swap_text(receipts, index, frame.raw.replace(f'"next":{frame.next}', f'"next":{frame.next + 1}'))
    return "false_gap"


def false_undecodable_gap(a_world, receipts):
    index, frame = some(a_world, receipts, Batch)
    gap = {"ch": "metrics", "p": frame.p, "gap": {"from": frame.start, "next": frame.next, "reason": "undecodable"}}
    swap_text(receipts, index, json.dumps(gap, separators=(",", ":")))
    return "false_gap"


def missing_gap(a_world, receipts):
    index, frame = some(a_world, receipts, Gap)
    swap_text(receipts, index, f'{{"ch":"metrics","cover":[[{frame.p},{frame.start},{frame.next}]]}}')
    return "missing_gap"


def gap_left_out(a_world, receipts):
    index, _ = some(a_world, receipts, Gap)
    del receipts.events[index]
    return "hole"


def hole_in_the_chain(a_world, receipts):
    index, frame = some(a_world, receipts, Batch, lambda f: f.next < world.LENGTH)
    del receipts.events[index]
    return "hole"


def hole_from_a_late_bound(a_world, receipts):
    index, frame = some(a_world, receipts, Batch)
    swap_text(receipts, index, frame.raw.replace(f'"from":{frame.start}', f'"from":{frame.start + 1}', 1)
              if frame.offsets[0] > frame.start else with_updates(frame, updates(frame.raw)[1:] or ["x"])
              .replace(f'"from":{frame.start}', f'"from":{frame.start + 1}', 1))
    return {"hole", "bad_frame"}


def aborted_record(a_world, receipts):
    aborted = {(a.partition, a.record.offset) for a in a_world.acked if a.fate == "aborted"}

    def spans_one(frame):
        return any((frame.p, o) in aborted for o in range(frame.start, frame.next))

    index, frame = some(a_world, receipts, Batch, spans_one)
    offset = next(o for o in range(frame.start, frame.next) if (frame.p, o) in aborted)
    texts = updates(frame.raw) + [f'{{"o":{offset},"t":{1732147200000 + offset},"v":1}}']
    swap_text(receipts, index, with_updates(frame, sorted(texts, key=lambda t: json.loads(t)["o"])))
    return "aborted"


def invented_record(a_world, receipts):
    def has_hole(frame):
        return any(not a_world.truth.has(frame.p, o) and (frame.p, o) not in a_world.truth.aborted
                   for o in range(frame.start, frame.next))

    index, frame = some(a_world, receipts, Batch, has_hole)
    offset = next(o for o in range(frame.start, frame.next)
                  if not a_world.truth.has(frame.p, o) and (frame.p, o) not in a_world.truth.aborted)
    texts = updates(frame.raw) + [f'{{"o":{offset},"t":1,"v":1}}']
    swap_text(receipts, index, with_updates(frame, sorted(texts, key=lambda t: json.loads(t)["o"])))
    return "invented"


def wrong_fingerprint(a_world, receipts):
    index, frame = some(a_world, receipts, Batch)
    swap_text(receipts, index, frame.raw.replace(frame.fp, "00000000"))
    return "fingerprint"


def fingerprint_of_the_first(a_world, receipts):
    index, frame = some(a_world, receipts, Batch, many)
    swap_text(receipts, index, frame.raw.replace(frame.fp, a_world.truth.known(frame.p, frame.offsets[0]).fp))
    return "fingerprint"


def repeated_after_reconnect(a_world, receipts):
    """The bridge serves the last batch of the previous connection once more."""
    batches = frames_of(receipts, Batch)
    index = a_world.random.choice([i for i in reconnects(receipts) if i > batches[0]])
    last = max(i for i in batches if i < index)
    receipts.events.insert(index + 1, receipts.events[last])
    return "repeated"


def started_too_early_after_reconnect(a_world, receipts):
    return moved_start(a_world, receipts, -1)


def started_too_late_after_reconnect(a_world, receipts):
    return moved_start(a_world, receipts, +1)


def moved_start(a_world, receipts, by):
    index = a_world.random.choice(reconnects(receipts))
    text = receipts.events[index].text
    moved = re.sub(r'("position":"v1\.[0-9a-f]{8}\.0:)(\d+)', lambda m: m[1] + str(max(0, int(m[2]) + by)), text)
    if moved == text:
        moved = re.sub(r"(,1:)(\d+)", lambda m: m[1] + str(int(m[2]) + 1), text, count=1)
    swap_text(receipts, index, moved)
    return "resume"


def wrong_anchor(a_world, receipts):
    index = next(i for i in reversed(reconnects(receipts)) if "~" in receipts.events[i].text)
    swap_text(receipts, index, re.sub(r"~(\d+\.)?[0-9a-f]{8}", lambda m: f"~{m[1] or ''}00000000", receipts.events[index].text, count=1))
    return "anchor"


def anchor_of_an_earlier_record(a_world, receipts):
    index = next(i for i in reversed(reconnects(receipts)) if re.search(r"~[0-9a-f]{8}", receipts.events[i].text))
    swap_text(receipts, index, re.sub(r"~([0-9a-f]{8})", r"~1.\1", receipts.events[index].text, count=1))
    return "anchor"


def unexpected_reset(a_world, receipts):
    index, _ = some(a_world, receipts, Batch)
    receipts.events.insert(index, Event("got", '{"reset":{"channel":"metrics","reason":"recreated","position":"v1.00c0ffee.0:0,1:0,2:0"}}'))
    return "reset"


def data_after_unsubscribed(a_world, receipts):
    index, _ = some(a_world, receipts, Batch)
    receipts.events.insert(index, Event("got", '{"unsubscribed":{"channel":"metrics"}}'))
    return "protocol"


def data_before_subscribed(a_world, receipts):
    index = a_world.random.choice(reconnects(receipts))
    receipts.events[index], receipts.events[index + 1] = receipts.events[index + 1], receipts.events[index]
    return "protocol"


def unasked_answer(a_world, receipts):
    index, _ = some(a_world, receipts, Batch)
    receipts.events.insert(index, Event("got", '{"pong":{"time":1},"id":99}'))
    return "protocol"


def frame_before_welcome(a_world, receipts):
    index = next(i for i, e in enumerate(receipts.events) if e.event == "got")
    del receipts.events[index]
    return "protocol"


def undocumented_field(a_world, receipts):
    index = a_world.random.choice(reconnects(receipts))
    swap_text(receipts, index, receipts.events[index].text.replace('"channel"', '"debug":1,"channel"', 1))
    return "bad_frame"


def truncated_text(a_world, receipts):
    index, frame = some(a_world, receipts, Batch)
    swap_text(receipts, index, frame.raw[:-1])
    return "bad_frame"


def stops_short(a_world, receipts):
    index = frames_of(receipts, (Batch, Cover))[-1]
    del receipts.events[index]
    return "incomplete"


SEEDED = [dropped_record, dropped_last_record, dropped_batch_behind_coverage, duplicated_record, duplicated_frame, swapped_records,
          swapped_values, altered_value, reserialised_value, altered_timestamp, altered_key, white_space, fields_in_another_order,
          false_gap, gap_too_long, false_undecodable_gap, missing_gap, gap_left_out, hole_in_the_chain, hole_from_a_late_bound,
          aborted_record, invented_record, wrong_fingerprint, fingerprint_of_the_first, repeated_after_reconnect,
          started_too_early_after_reconnect, started_too_late_after_reconnect, wrong_anchor, anchor_of_an_earlier_record,
          unexpected_reset, data_after_unsubscribed, data_before_subscribed, unasked_answer, frame_before_welcome,
          undocumented_field, truncated_text, stops_short]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("plant", SEEDED, ids=lambda f: f.__name__)
def test_seeded_fault_is_caught(plant, seed):
    a_world, receipts = world.make(seed)
    expected = plant(a_world, receipts)
    assert kinds(a_world, receipts) & (expected if isinstance(expected, set) else {expected})


def by_query(receipts, path):
    """The first subscription is the connection's own, without a message."""
    assert receipts.events[2].event == "sent"
    del receipts.events[2]
    swap_text(receipts, 0, path)
    swap_text(receipts, 2, receipts.events[2].text.replace(',"id":1}', "}"))


@pytest.mark.parametrize("path,expected", [
    ("/ws?channel=other&channel=metrics&from=earliest", set()), ("/ws?channel=metrics&from=v1.00c0ffee.0:0,1:0,2:0", set()),
    ("/ws?channel=other", {"protocol"}), ("/ws?channel=metrics&from=v1.00c0ffee.0:7,1:0,2:0", {"resume"})])
def test_a_query_asks_too(path, expected):
    a_world, receipts = world.make(1)
    by_query(receipts, path)
    assert kinds(a_world, receipts) == expected


def test_a_second_subscribe_is_refused_and_the_first_goes_on():
    a_world, receipts = world.make(1)
    index, _ = some(a_world, receipts, Batch)
    receipts.events[index:index] = [
        Event("sent", '{"op":"subscribe","id":9,"channel":"metrics"}'),
        Event("got", '{"error":{"code":"already_subscribed","message":"twice","retry":false,"channel":"metrics"},"id":9}')]
    assert kinds(a_world, receipts) == set()


def witnesses(a_world, drop=None, keep_aborted=False, alter=None):
    seen = [(a.partition, a.record) for a in a_world.acked if a.fate == "committed" or keep_aborted]
    if drop is not None:
        seen = [s for s in seen if s[1] is not drop]
    if alter is not None:
        seen = [(p, dataclasses.replace(r, value=b"other")) if r is alter else (p, r) for p, r in seen]
    return list(Truth(a_world.acked, seen, kept=a_world.kept).disagreements())


def test_witnesses_that_contradict_each_other_are_told():
    a_world = world.World(1)
    committed = [a for a in a_world.acked if a.fate == "committed"]
    last = committed[-1].record
    assert witnesses(a_world) == []
    assert "not consumed" in witnesses(a_world, drop=last)[0]
    assert "yet consumed" in witnesses(a_world, keep_aborted=True)[0]
    assert "consumed as" in witnesses(a_world, alter=last)[0]


def test_lost_record_need_not_have_been_consumed():
    a_world = world.World(1)
    first = next(a.record for a in a_world.acked if a.fate == "committed")
    assert first.offset < a_world.kept[0]
    assert witnesses(a_world, drop=first) == []


def test_receipts_survive_a_file(tmp_path):
    _, receipts = world.make(3)
    receipts.save(tmp_path / "r.jsonl")
    assert Receipts.load(tmp_path / "r.jsonl").events == receipts.events


@pytest.mark.parametrize("seed", SEEDS)
def test_a_record_that_may_be_missing_may_and_the_rest_must_come(seed):
    a_world, receipts = world.make(seed)
    dropped_record(a_world, receipts)
    everything = {(p, o) for p in a_world.truth.partitions() for o in a_world.truth.offsets(p, 0, world.LENGTH)}
    fault = faults({world.CHANNEL: a_world.truth}, receipts, world.UNTIL)[0]
    a_world.truth.optional = everything
    assert faults({world.CHANNEL: a_world.truth}, receipts, world.UNTIL) == []
    a_world.truth.optional = {place for place in everything if fault.where != f"{world.CHANNEL}[{place[0]}] {place[1]}"}
    assert kinds(a_world, receipts) == {"dropped"}
