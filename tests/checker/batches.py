"""One data frame against the truth: the whole frame's text is composed anew and compared; only a difference is studied."""

import json

from .faults import Fault
from .rawjson import updates
from .render import quote


def where(channel, partition, start, next_=None):
    return f"{channel}[{partition}] {start}" + (f"..{next_}" if next_ is not None else "")


def compose(truth, batch):
    """The only right text of a frame with this one's bounds, or None where no record is in them."""
    offsets = truth.offsets(batch.p, batch.start, batch.next)
    known = [truth.known(batch.p, o) for o in offsets if o in batch.offsets or (batch.p, o) not in truth.optional]
    if not known:
        return None
    inner = ",".join(k.text for k in known)
    return (f'{{"ch":{quote(batch.ch)},"p":{batch.p},"from":{batch.start},"next":{batch.next},'
            f'"fp":"{known[-1].fp}","u":[{inner}]}}')


def batch_faults(truth, batch):
    if compose(truth, batch) == batch.raw:
        return []
    return list(_differences(truth, batch)) or [
        Fault("format", where(batch.ch, batch.p, batch.start, batch.next), f"{batch.raw[:200]!r}")]


def _differences(truth, batch):
    raw = {}
    for text in updates(batch.raw):
        raw[json.loads(text)["o"]] = text
    for offset, text in raw.items():
        yield from _update(truth, batch, offset, text)
    yield from absent(truth, batch.ch, batch.p, batch.start, batch.next, raw)
    last = batch.offsets[-1]
    if truth.has(batch.p, last) and truth.known(batch.p, last).fp != batch.fp:
        yield Fault("fingerprint", where(batch.ch, batch.p, last), f"{batch.fp}, not {truth.known(batch.p, last).fp}")


def _update(truth, batch, offset, text):
    place = where(batch.ch, batch.p, offset)
    if (batch.p, offset) in truth.aborted:
        yield Fault("aborted", place, text[:200])
    elif not truth.has(batch.p, offset):
        yield Fault("invented", place, text[:200])
    elif truth.known(batch.p, offset).text != text:
        yield Fault("altered", place, f"{text[:200]!r}, not {truth.known(batch.p, offset).text[:200]!r}")


def absent(truth, channel, partition, start, next_, got=()):
    """Faults for the records in [start, next) that are not among those got."""
    for offset in truth.offsets(partition, start, next_):
        if offset not in got and (partition, offset) not in truth.optional:
            kind = "missing_gap" if truth.lost(partition, offset) else "dropped"
            yield Fault(kind, where(channel, partition, offset), f"covered by {start}..{next_} without it")


def gap_faults(truth, gap):
    place = where(gap.ch, gap.p, gap.start, gap.next)
    if gap.reason == "expired":
        kept = truth.kept.get(gap.p, 0)
        if gap.next > kept:
            yield Fault("false_gap", place, f"expired, but Kafka keeps from {kept}")
    else:
        yield from (Fault("false_gap", place, f"{gap.reason}, but {o} can be read")
                    for o in truth.offsets(gap.p, gap.start, gap.next) if not truth.lost(gap.p, o))
