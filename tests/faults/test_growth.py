"""What appears: partitions, topics that a pattern takes, topics that were denied or missing. Within 10 s, from 0."""

import asyncio
import time

import pytest

from harness.client import Subscriber
from harness.load import fill
from harness.producer import RememberingProducer
from harness.verdict import assert_right

WITHIN = 10


@pytest.mark.everyday
async def test_partitions_are_added(cluster, topic, bridge, recovery):
    """While one client is there and one is away."""
    t = topic(2)
    producer = RememberingProducer(cluster.bootstrap)
    t.wrote(producer)
    await asyncio.to_thread(fill, producer, t, 100)
    b = bridge(t)
    live, away = Subscriber({t.name: "live"}), Subscriber({t.name: "earliest"})
    await live.connect(b.port)
    await live.subscribed(t.name)
    await away.connect(b.port)
    await away.reach(t.name, t.ends())
    await away.cut()
    cluster.grow_topic(t.name, 5)
    t.partitions = 5
    producer = RememberingProducer(cluster.bootstrap)  # one that knows them
    t.wrote(producer)
    since = time.monotonic()
    with recovery("the new ones come"):
        await asyncio.to_thread(fill, producer, t, 100, seed="grown")
        await live.reach(t.name, t.ends())
    assert time.monotonic() - since < WITHIN
    await away.connect(b.port)
    await away.reach(t.name, t.ends())
    for client in (live, away):
        await client.close()
    await asyncio.to_thread(assert_right, t, live, away)


@pytest.mark.everyday
async def test_topics_that_a_pattern_takes(cluster, topic, bridge, recovery):
    """And internal ones only by name."""
    first = topic(1, name="grow-one")
    producer = RememberingProducer(cluster.bootstrap)
    first.wrote(producer)
    await asyncio.to_thread(fill, producer, first, 10)
    b = bridge("^(grow-|__).*")
    await asyncio.to_thread(b.wait_ready)
    client = await Subscriber({first.name: "earliest"}).connect(b.port)
    await client.reach(first.name, first.ends())
    second = topic(2, name="grow-two")
    since = time.monotonic()
    second.wrote(producer)
    await asyncio.to_thread(fill, producer, second, 20)
    with recovery("the new one is there"):
        while (reply := await client.reply(await client.ask("subscribe", channel=second.name, **{"from": "earliest"}))).name == "error":
            assert reply.body["code"] == "channel_unavailable"
            await asyncio.sleep(0.1)  # only asking shows
    assert time.monotonic() - since < WITHIN
    await client.reach(second.name, second.ends())
    reply = await client.reply(await client.ask("subscribe", channel="__transaction_state"))
    assert reply.body["code"] == "channel_unavailable"
    await client.close()
    await asyncio.to_thread(assert_right, second, client)


@pytest.mark.everyday
async def test_a_missing_topic_fails_alone_and_recovers(cluster, topic, bridge, recovery):
    there = topic(1)
    producer = RememberingProducer(cluster.bootstrap)
    there.wrote(producer)
    await asyncio.to_thread(fill, producer, there, 10)
    missing = f"{there.name}-missing"
    b = bridge(there, missing)
    client = await Subscriber({there.name: "earliest", missing: "live"}).connect(b.port)
    await client.reach(there.name, there.ends())
    await client.subscribed(missing)
    appeared = topic(2, name=missing)
    appeared.wrote(producer)
    since = time.monotonic()
    with recovery("it is there, from 0"):
        await asyncio.to_thread(fill, producer, appeared, 30)
        await client.reach(missing, appeared.ends())
    assert time.monotonic() - since < WITHIN
    await client.close()
    await asyncio.to_thread(assert_right, appeared, client)
    assert client.updates == 40
