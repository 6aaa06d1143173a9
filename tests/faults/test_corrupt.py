"""Batches that are corrupt on Kafka's disk: a gap `undecodable` over exactly what can't be read, and the partition goes on."""

import asyncio

import pytest

from checker.check import Check
from harness.client import Subscriber
from harness.load import fill
from harness.producer import RememberingProducer
from harness.verdict import assert_right
from segments import batches, folder_of, spoil

KINDS = {"checksum": dict(place=-5), "unknown-format": dict(place="magic")}


def written(cluster, t, **settings):
    """In batches of ten."""
    producer = RememberingProducer(cluster.bootstrap, **settings)
    t.wrote(producer)
    for n in range(60):
        fill(producer, t, 10, seed=n)
    return producer


@pytest.mark.everyday
@pytest.mark.parametrize("reader", ["cold", "warm"])
@pytest.mark.parametrize("kind", KINDS)
async def test_corrupt_batches(cluster, topic, bridge, recovery, kind, reader):
    """Two batches in a row and one by itself; read through pages, and read by the bridge itself as it starts."""
    t = topic(1, watched=True)
    producer = await asyncio.to_thread(written, cluster, t)
    await asyncio.to_thread(t._consumer.wait, t.ends())
    stored = batches(folder_of(cluster, 1, t.name, 0))
    assert len(stored) > 20
    bad = [stored[5], stored[6], stored[15]]
    for batch in bad:
        spoil(batch, **KINDS[kind])
    b = bridge(t, warm="0" if reader == "cold" else "30m")
    await asyncio.to_thread(b.wait_ready)
    client = await Subscriber({t.name: "earliest"}).connect(b.port)
    with recovery("told and read on"):
        await client.reach(t.name, t.ends())
    await asyncio.to_thread(fill, producer, t, 10, seed="after")
    await client.reach(t.name, t.ends())
    await client.close()
    lost = [(0, batch.first, batch.next) for batch in bad]
    await asyncio.to_thread(t._consumer.wait, t.ends())
    truth = await asyncio.to_thread(t.truth, undecodable=lost)
    assert_right(t, client, truth=truth)
    gaps = Check({t.name: truth}, client.receipts).subscriptions[t.name].gaps
    assert {g.reason for g in gaps} == {"undecodable"}
    assert sum(g.next - g.start for g in gaps) == sum(batch.next - batch.first for batch in bad)
