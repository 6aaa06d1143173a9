"""The steps that most tests of this folder take."""

import asyncio

from harness.client import Subscriber
from harness.load import fill
from harness.producer import RememberingProducer
from harness.verdict import assert_right


async def written(t, count, settings=None, **how):
    """A producer that has written `count` records into a topic, all that it will."""
    producer = await asyncio.to_thread(RememberingProducer, t.cluster.bootstrap, **(settings or {}))
    t.wrote(producer)
    await asyncio.to_thread(fill, producer, t, count, **how)
    return producer


async def joined(bridge, t, *starts):
    """A client for each start, all of them subscribed."""
    clients = [await Subscriber({t.name: start}).connect(bridge.port) for start in starts]
    for client in clients:
        await client.subscribed(t.name)
    return clients


async def reached(t, *clients):
    """Until each has all that stands in the topic."""
    for client in clients:
        await client.reach(t.name, t.ends())


async def finished(t, *clients, **how):
    """Everyone reaches the end, rightly; the truth."""
    await reached(t, *clients)
    for client in clients:
        await client.close()
    return await asyncio.to_thread(assert_right, t, *clients, **how)
