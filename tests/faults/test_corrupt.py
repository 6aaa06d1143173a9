"""Batches that are corrupt on Kafka's disk: a gap `undecodable` over exactly what can't be read, and the partition goes on."""

import asyncio

import pytest

from checker import position
from checker.check import Check
from harness.client import Subscriber
from harness.load import fill
from harness.producer import RememberingProducer, TransactionalProducer
from segments import batches, folder_of, spoil_checksum, spoil_format, spoil_records
from steps import finished, joined, reached, written

CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]  # in the order of their numbers


async def stored(cluster, t, codec):
    """Batches of about ten, which the Java consumer has seen; and their producer."""
    producer = await written(t, 10, {"compression.type": codec})
    for n in range(1, 60):
        await asyncio.to_thread(fill, producer, t, 10, seed=n)
    await asyncio.to_thread(t._consumer.wait, t.ends())
    found = batches(folder_of(cluster, 1, t.name, 0))
    assert len(found) > 20 and {batch.codec for batch in found} == {CODECS.index(codec)}
    return found, producer


def gaps_of(t, truth, client):
    """[(partition, from, next)], all of them for the one reason."""
    gaps = Check({t.name: truth}, client.receipts).subscriptions[t.name].gaps
    assert {gap.reason for gap in gaps} == {"undecodable"}
    return [(gap.p, gap.start, gap.next) for gap in gaps]


async def read_around(t, b, bad, producer, recovery, during):
    """A client from the beginning gets all but the bad batches, and then what is new."""
    (client,) = await joined(b, t, "earliest")
    await during(b, client)
    with recovery("told and read on"):
        await reached(t, client)
    await asyncio.to_thread(fill, producer, t, 10, seed="after")
    await asyncio.to_thread(t._consumer.wait, t.ends())
    truth = await asyncio.to_thread(t.truth, undecodable=[(0, batch.first, batch.next) for batch in bad])
    await finished(t, client, truth=truth)
    assert sum(next_ - start for _, start, next_ in gaps_of(t, truth, client)) == sum(batch.next - batch.first for batch in bad)


async def corrupted(cluster, topic, bridge, recovery, during, codec, spoil, warm):
    """Two batches in a row and one by itself."""
    t = topic(1, watched=True, replicas=[[1]])
    found, producer = await stored(cluster, t, codec)
    bad = [found[5], found[6], found[15]]
    for batch in bad:
        spoil(batch)
    b = bridge(t, warm=warm)
    await asyncio.to_thread(b.wait_ready)
    await read_around(t, b, bad, producer, recovery, during)


readers = pytest.mark.parametrize("warm", [pytest.param("0", id="cold"), pytest.param("30m", id="warm")])


@pytest.mark.everyday
@readers
@pytest.mark.parametrize("spoil", [
    pytest.param(spoil_checksum, id="checksum"), pytest.param(spoil_format, id="unknown-format", marks=pytest.mark.further)])
async def test_corrupt_batches(cluster, topic, bridge, recovery, during, spoil, warm):
    """Read through pages, and read by the bridge itself as it starts."""
    await corrupted(cluster, topic, bridge, recovery, during, "none", spoil, warm)


@pytest.mark.everyday
@readers
@pytest.mark.parametrize("codec", ["gzip", *(pytest.param(codec, marks=pytest.mark.further) for codec in CODECS[2:]),
                                   pytest.param("none", marks=pytest.mark.further)])
async def test_records_that_are_none(cluster, topic, bridge, recovery, during, codec, warm):
    """The checksum is right, and yet they can't be decompressed, or are no records."""
    await corrupted(cluster, topic, bridge, recovery, during, codec, spoil_records, warm)


def fill_one(producer, t, partition, count):
    for n in range(count):
        producer.send(t.name, b'{"n":%d,"pad":"%s"}' % (n, b"x" * 200), partition=partition)
    producer.flush()


def fill_company(t):
    """Partition 0: records, a long aborted run, ten records, another such run, records; 1: records, and ten more; 2: records.
    The producer, and where the tens begin."""
    plain, aborted = RememberingProducer(t.cluster.bootstrap), TransactionalProducer(t.cluster.bootstrap)
    t.wrote(plain, aborted)

    def abort_many():
        aborted.begin()
        fill_one(aborted, t, 0, 5000)
        aborted.abort()

    fill(plain, t, 300)
    abort_many()
    places = []
    for partition in (0, 1):
        fill_one(plain, t, partition, 10)
        places.append(t.ends()[partition] - 10)
    abort_many()
    fill_one(plain, t, 0, 100)
    return plain, places


def batch_at(cluster, t, partition, offset):
    return next(b for b in batches(folder_of(cluster, 1, t.name, partition)) if b.first <= offset < b.next)


@readers
async def test_a_batch_of_no_records_in_company(cluster, topic, bridge, recovery, during, warm):
    """One between long aborted runs, one at its partition's end; the partition beside them goes on. A client comes back to
    a place within the first."""
    t = topic(3, watched=True, replicas=[[1]] * 3)
    producer, places = await asyncio.to_thread(fill_company, t)
    await asyncio.to_thread(t._consumer.wait, t.ends())
    bad = [batch_at(cluster, t, partition, offset) for partition, offset in enumerate(places)]
    assert all(batch.next - batch.first >= 5 for batch in bad), "they are what was sent together"
    for batch in bad:
        spoil_records(batch)
    b = bridge(t, warm=warm)
    await asyncio.to_thread(b.wait_ready)
    whole, live = await joined(b, t, "earliest", "live")
    epoch = position.parse(await live.subscribed(t.name))[0]
    inside = bad[0].first + 3
    away = Subscriber({t.name: {"from": {"position": f"v1.{epoch}.0:{inside},1:0,2:0"}}})
    await away.connect(b.port)
    await during(b, whole, live, away)
    await asyncio.to_thread(fill_one, producer, t, 2, 50)
    with recovery("the partition beside it goes on"):
        for client in (whole, live, away):
            await client.reach(t.name, {2: t.ends()[2]})
    with recovery("told and read on"):
        await reached(t, whole, away)
    for partition in range(3):
        await asyncio.to_thread(fill_one, producer, t, partition, 10)
    await asyncio.to_thread(t._consumer.wait, t.ends())
    told = [(p, batch.first, batch.next) for p, batch in enumerate(bad)]
    truth = await asyncio.to_thread(t.truth, undecodable=told)
    await finished(t, whole, live, away, truth=truth)
    assert sorted(gaps_of(t, truth, whole)) == told
    assert sorted(gaps_of(t, truth, away)) == [(0, inside, bad[0].next), told[1]]
