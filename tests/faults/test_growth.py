"""What appears: partitions, topics that a pattern takes, topics that were denied or missing. From 0; how soon is told."""

import asyncio
import uuid

import pytest

from harness.client import Subscriber
from steps import finished, joined, reached, written

@pytest.mark.everyday
async def test_partitions_are_added(cluster, topic, bridge, recovery, during):
    """While one client is there and one is away."""
    t = topic(2)
    await written(t, 100)
    b = bridge(t)
    live, away = await joined(b, t, "live", "earliest")
    await reached(t, away)
    await away.cut()
    async with during.making(b, live) as midst:
        await asyncio.to_thread(cluster.grow_topic, t.name, 5)
    b, t.partitions = midst.bridge, 5
    with recovery("the new ones come"):
        await written(t, 100, seed="grown")
        await reached(t, live)
    await away.connect(b.port)
    await finished(t, live, away)


@pytest.mark.everyday
async def test_topics_that_a_pattern_takes(topic, bridge, recovery, during):
    """And internal ones only by name."""
    family = f"grow-{uuid.uuid4().hex[:8]}"
    first = topic(1, name=f"{family}-one")
    await written(first, 10)
    b = bridge(f"^({family}-|__).*")
    (client,) = await joined(b, first, "earliest")
    await reached(first, client)
    async with during.making(b, client):
        second = await asyncio.to_thread(topic, 2, name=f"{family}-two")
        await written(second, 20)
    with recovery("the new one is there"):
        while (reply := await client.reply(await client.ask("subscribe", channel=second.name, **{"from": "earliest"}))).name == "error":
            assert reply.body["code"] == "channel_unavailable"
            await asyncio.sleep(0.1)  # only asking shows
    await reached(second, client)
    reply = await client.reply(await client.ask("subscribe", channel="__transaction_state"))
    assert reply.body["code"] == "channel_unavailable"
    await finished(second, client)


def told(client):
    """What was said last of a topic's being there."""
    return [c.body["topic"] for c in client.controls if c.name == "status" and "topic" in c.body][-1:]


@pytest.mark.everyday
async def test_a_missing_topic_fails_alone_and_recovers(topic, bridge, recovery, during):
    there = topic(1)
    await written(there, 10)
    missing = f"{there.name}-missing"
    b = first = bridge(there, missing)
    client = await Subscriber({there.name: "earliest", missing: "live"}).connect(b.port)
    await reached(there, client)
    await client.subscribed(missing)
    await client.until(lambda: told(client) == ["missing"], "that it is missing")
    async with during.making(b, client) as midst:
        appeared = await asyncio.to_thread(topic, 2, name=missing)
    b = midst.bridge
    with recovery("it is there, from 0"):
        await written(appeared, 30)
        await reached(appeared, client)
    if b is first:  # another may never have missed it
        await client.until(lambda: told(client) == ["present"], "that it is there")
    await finished(appeared, client)
    assert client.updates == 40
