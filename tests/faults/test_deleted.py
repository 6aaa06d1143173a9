"""Records that Kafka removes: by delete-records, by retention, by compaction. Exact data, or a gap `expired` that is exact."""

import asyncio
import uuid

import pytest
from confluent_kafka import Consumer, TopicPartition

from checker.check import Check
from checker.truth import Truth
from harness.client import Subscriber, WireTransport
from harness.producer import RememberingProducer
from polling import poll
from steps import finished, joined, reached, written


class Pausing(WireTransport):
    """Reads nothing more while `go`, an event, is cleared: the bridge meets a full socket."""

    @classmethod
    async def connect(cls, port, path="/ws", go=None, **options):
        self = await super().connect(port, path, receive_buffer=4096, **options)
        self._go = go
        return self

    async def texts(self):
        async for text in super().texts():
            await self._go.wait()
            yield text


@pytest.fixture
def go():
    event = asyncio.Event()
    event.set()
    return event


def gaps_of(t, truth, client):
    return Check({t.name: truth}, client.receipts).subscriptions[t.name].gaps


@pytest.mark.everyday
async def test_delete_records_behind_at_and_ahead_of_readers(cluster, topic, bridge, recovery, during, tmp_path):
    """Three partitions: cut below the client's place, at it, and above it. The bridge that it comes back to has nothing of it in memory."""
    t = topic(3, watched=True)
    await written(t, 900)
    (client,) = await joined(bridge(t), t, "earliest")
    await reached(t, client)
    await client.cut()
    at = dict(client.at(t.name))
    await written(t, 900, seed="later")
    await asyncio.to_thread(cluster.delete_records, t.name, {0: at[0] - 100, 1: at[1], 2: at[2] + 100}, tmp_path)
    b = bridge(t, warm="0")
    with recovery("reads on"):
        await client.connect(b.port)
        await during(b, client)
        await reached(t, client)
    truth = await finished(t, client)
    assert [(g.p, g.start, g.next, g.reason) for g in gaps_of(t, truth, client)] == [(2, at[2], at[2] + 100, "expired")]


@pytest.mark.everyday
async def test_delete_records_ahead_of_the_bridge(cluster, topic, bridge, recovery, during, tmp_path):
    """While the bridge stands still the log goes away under it: what it had not read yet is a gap for everyone."""
    t = topic(2, watched=True)
    await written(t, 200)
    b = bridge(t)
    (client,) = await joined(b, t, "live")
    await written(t, 200, seed="seen")
    await reached(t, client)
    b.pause()
    await written(t, 1000, seed="missed")
    async with during.making(b, client) as midst:
        await asyncio.to_thread(cluster.delete_records, t.name, {p: end - 50 for p, end in t.ends().items()}, tmp_path)
    midst.bridge.resume()
    with recovery("reads on"):
        await reached(t, client)
    await written(t, 100, seed="after")
    await finished(t, client)


@pytest.mark.parametrize("limit", ["size", "time"])
async def test_retention_during_a_replay(cluster, topic, bridge, recovery, during, limit, go):
    """A client that reads slowly is overtaken by the log's beginning."""
    t = topic(1, watched=True, segment_bytes=1 << 20, retention_bytes=-1, retention_ms=-1, cleanup_policy="delete")
    await written(t, 4000, value=lambda rng, n: b'{"n":%d,"pad":"%s"}' % (n, b"x" * 2000))
    b = bridge(t, warm="0", memory="2M")
    client = await Subscriber({t.name: "earliest"}, Pausing, read_size=1000, go=go).connect(b.port)
    await client.until(lambda: client.updates > 100, "the beginning")
    go.clear()
    setting = "retention.bytes=2000000" if limit == "size" else "retention.ms=1000"
    command = ["kafka-configs", "--alter", "--entity-type", "topics", "--entity-name", t.name, "--add-config", setting]
    async with during.making(b, client):
        await asyncio.to_thread(cluster.tool, *command)
        await asyncio.to_thread(begins_later, cluster, t)
    go.set()
    await written(t, 10, seed="after")
    with recovery("reads on"):
        await reached(t, client)
    truth = await finished(t, client)
    assert truth.kept[0] > 1000
    assert client.updates < 4010 and [g.reason for g in gaps_of(t, truth, client)] == ["expired"]


def begins_later(cluster, t):
    """Until retention has moved the beginning past what the client can have."""
    poll(lambda: cluster.earliest(t.name)[0] >= 2000, "retention")


async def test_compaction_under_a_reader(cluster, topic, bridge, recovery, during, go):
    """What is compacted away may be missing; what Kafka kept must come, and nothing is a gap."""
    t = topic(2, watched=True, cleanup_policy="compact", segment_bytes=1 << 20, min_cleanable_dirty_ratio=0.01, segment_ms=1000,
              min_compaction_lag_ms=0, max_compaction_lag_ms=1000)
    pad = b"x" * 500
    producer = RememberingProducer(cluster.bootstrap)
    t.wrote(producer)

    def rewrite(rounds, keys=50):
        for n in range(rounds * keys):
            producer.send(t.name, b'{"n":%d,"pad":"%s"}' % (n, pad), key=b"key-%d" % (n % keys), partition=n % 2)
        producer.flush()

    await asyncio.to_thread(rewrite, 60)
    b = bridge(t, warm="0", memory="2M")
    slow = Subscriber({t.name: "earliest"}, Pausing, read_size=500, go=go)
    live = Subscriber({t.name: "live"})
    for client in (slow, live):
        await client.connect(b.port)
        await client.subscribed(t.name)
    await slow.until(lambda: slow.updates > 50, "the beginning")
    go.clear()
    async with during.making(b, slow, live, seconds=8) as midst:
        for _ in range(3):
            await asyncio.to_thread(rewrite, 60)
            await asyncio.sleep(1.5)  # the age at which a segment is closed, so that it can be compacted
        await asyncio.to_thread(rewrite, 1)
        await asyncio.to_thread(survivors, cluster, t)
    b = midst.bridge
    go.set()
    (late,) = await joined(b, t, "earliest")
    with recovery("reads on"):
        await reached(t, slow, live, late)
    compacted = await asyncio.to_thread(survivors, cluster, t)  # it may have gone on meanwhile
    gone = {(a.partition, a.record.offset): a.record for a in t.acked() if (a.partition, a.record.offset) not in compacted}
    assert len(gone) > 1000, "Kafka compacted"
    left = await asyncio.to_thread(t.truth)
    truth = Truth(t.acked(), [(p, r) for (p, _), r in {**gone, **left.seen}.items()], kept=left.kept, optional=gone)
    await finished(t, slow, live, late, truth=truth)
    assert late.updates < len(t.acked()), "the late one got what was left"
    assert not [g for client in (slow, live, late) for g in gaps_of(t, truth, client)]


def survivors(cluster, t):
    """Once much was compacted away: the places that Kafka still has."""
    ends, found = t.ends(), set()

    def few():
        consumer = Consumer({"bootstrap.servers": cluster.bootstrap, "group.id": uuid.uuid4().hex, "enable.partition.eof": True})
        consumer.assign([TopicPartition(t.name, p, 0) for p in ends])
        at_end = set()
        found.clear()
        while at_end < set(ends):
            message = consumer.poll(60)
            if message.error():
                at_end.add(message.partition())
            else:
                found.add((message.partition(), message.offset()))
        consumer.close()
        return len(found) < len(t.acked()) / 2

    poll(few, "compaction")
    return found
