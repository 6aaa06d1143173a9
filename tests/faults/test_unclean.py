"""The end of a log is lost: an unclean election, a segment that was cut off. `reset truncated`, then exactly what is left."""

import asyncio

import pytest

from harness.load import fill
from harness.producer import RememberingProducer
from harness.topic import Topic
from histories import assert_reset, resets_of
from polling import poll
from segments import batches, folder_of
from steps import joined, reached

KEPT, LOST = 400, 200


class Survivor(Topic):
    """What became of a topic: its producers are those whose records should still stand, and those since."""

    def __init__(self, old, *producers):
        self.cluster, self.partitions, self.name = old.cluster, old.partitions, old.name
        self._producers, self._consumer = list(producers), None


def produce(cluster, t, count, seed):
    producer = RememberingProducer(cluster.bootstrap)
    fill(producer, t, count, seed=seed)
    return producer


def state_of(cluster, t):
    return cluster.partitions_of(t.name).values()


async def clients_of(t, b):
    """Live and from the beginning; the third goes away in the middle of what will be kept, the fourth at the end."""
    clients = await joined(b, t, "live", "earliest", "earliest", "earliest")
    await clients[2].reach(t.name, {p: 20 for p in range(t.partitions)})
    await clients[2].cut()
    return clients


async def history(t, kept, clients):
    """What will be lost is written too, and everyone has it."""
    lost = await asyncio.to_thread(produce, t.cluster, t, LOST, "lost")
    t.wrote(kept, lost)
    await reached(t, clients[0], clients[1], clients[3])
    await clients[3].cut()
    return await asyncio.to_thread(t.truth)


async def settle(t, b, clients, recovery, during, old):
    """All of them reach the end of what is there now, those that were reset and those that needn't be."""
    for client in clients[2:]:
        await client.connect(b.port)
    reset = [clients[0], clients[1], clients[3]]
    with recovery("noticed and read anew"):
        for client in reset:
            await client.until(lambda: resets_of(client.receipts, t.name), "the reset")
    await reached(t, *clients)
    for client in clients:
        await client.close()
    new = await asyncio.to_thread(t.truth)
    reasons = ["truncated", "recreated"] if during.killed else ["truncated"]  # who did not see the old end can't tell
    assert_reset(t.name, old, new, *reset, reasons=reasons, starts={p: KEPT // 2 for p in range(t.partitions)})


@pytest.mark.everyday
@pytest.mark.parametrize("written_since", [
    pytest.param(500, id="longer-than-before"), pytest.param(50, id="shorter-than-before", marks=pytest.mark.further)])
async def test_unclean_election(cluster, topic, bridge, recovery, during, written_since, seed):
    """The follower dies, the leader goes on alone and dies, the follower leads from where it was."""
    t = topic(2, watched=True, replicas=[[1, 2], [1, 2]], unclean_leader_election_enable="true", min_insync_replicas=1)
    kept = await asyncio.to_thread(produce, cluster, t, KEPT, "kept")
    b = bridge(t)
    clients = await clients_of(t, b)
    await asyncio.to_thread(cluster.kill, 2)
    await asyncio.to_thread(poll, lambda: all(p.isrs == [1] for p in state_of(cluster, t)), "the leader to be alone")
    old = await history(t, kept, clients)
    await asyncio.to_thread(cluster.kill, 1)
    await asyncio.to_thread(cluster.start, 2)
    await asyncio.to_thread(poll, lambda: all(p.leader == 2 for p in state_of(cluster, t)), "the follower to lead")
    since = await asyncio.to_thread(produce, cluster, t, written_since, "since")
    try:
        b = await during(b, clients[0], clients[1], seconds=0)  # before it can have served what it hasn't noticed
        await settle(Survivor(t, kept, since), b, clients, recovery, during, old)
    finally:
        await asyncio.to_thread(cluster.start, 1)


async def test_a_segment_that_was_cut_off(cluster, topic, bridge, recovery, during):
    """On disk, in the middle of a batch, while the broker is dead; it recovers what is whole."""
    t = topic(2, watched=True, replicas=[[1], [1]])
    kept = await asyncio.to_thread(produce, cluster, t, KEPT, "kept")
    b = bridge(t)
    clients = await clients_of(t, b)
    old = await history(t, kept, clients)
    async with during.making(b, clients[0], clients[1]) as midst:
        await asyncio.to_thread(cluster.kill, 1)
        for partition in range(2):
            first = next(batch for batch in batches(folder_of(cluster, 1, t.name, partition)) if batch.first >= KEPT // 2)
            with open(first.file, "r+b") as file:
                file.truncate(first.at + first.size // 2)
        await asyncio.to_thread(cluster.start, 1)
    since = await asyncio.to_thread(produce, cluster, t, 50, "since")
    await settle(Survivor(t, kept, since), midst.bridge, clients, recovery, during, old)
