"""Batches that are corrupt on Kafka's disk: a gap `undecodable` over exactly what can't be read, and the partition goes on."""

import asyncio

import pytest

from checker.check import Check
from harness.load import fill
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
    gaps = Check({t.name: truth}, client.receipts).subscriptions[t.name].gaps
    assert {g.reason for g in gaps} == {"undecodable"}
    assert sum(g.next - g.start for g in gaps) == sum(batch.next - batch.first for batch in bad)


async def corrupted(cluster, topic, bridge, recovery, during, codec, spoil, warm):
    """Two batches in a row and one by itself."""
    t = topic(1, watched=True)
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
