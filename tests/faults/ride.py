"""Faults to ride through, and bridges that may be killed in the midst of them."""

import asyncio
import contextlib
import types

from harness.client import Subscriber
from harness.load import Load
from steps import finished, written


class Bridges:
    """Called, it starts one. `again` kills one (-9) and starts another in the same way."""

    def __init__(self, start):
        self._start, self._how = start, {}

    def __call__(self, *topics, **flags):
        bridge = self._start(*topics, log_level="debug", **flags)
        self._how[bridge] = topics, flags
        return bridge

    def again(self, bridge):
        topics, flags = self._how[bridge]
        bridge.kill()
        return self(*topics, **flags)


class During:
    """A fault's time: where `killed`, the bridge is, at a random moment of it, and the clients resume at another one.

    async with during.making(b, *clients) as midst: …   while the fault comes about; then `midst.bridge` is the one to use
    b = await during(b, *clients)                        while it stands
    """

    def __init__(self, bridges, killed, rng, note):
        self._bridges, self.killed, self._rng, self._note = bridges, killed, rng, note

    async def __call__(self, bridge, *clients, **how):
        async with self.making(bridge, *clients, **how) as midst:
            pass
        return midst.bridge

    @contextlib.asynccontextmanager
    async def making(self, bridge, *clients, seconds=4):
        """The moment lies within `seconds` of the beginning."""
        midst = types.SimpleNamespace(bridge=bridge)
        killing = asyncio.create_task(self._kill(midst, clients, seconds)) if self.killed else None
        try:
            yield midst
        finally:
            if killing:
                await killing

    async def _kill(self, midst, clients, seconds):
        moment = self._rng.uniform(0, seconds)
        self._note(moment)
        await asyncio.sleep(moment)
        midst.bridge = await asyncio.to_thread(self._bridges.again, midst.bridge)
        for client in clients:
            await client.close()
            await client.connect(midst.bridge.port)


class Ride:
    """A fault that loses nothing: a topic under load, clients of every kind. `begin`, the fault within `making`,
    `recovered`, `finish`."""

    def __init__(self, cluster, make_topic, start_bridge, during, recovery):
        self._cluster, self._make_topic, self._start_bridge = cluster, make_topic, start_bridge
        self._during, self._recovery = during, recovery
        self.bridge = self.topic = None

    async def begin(self, topic=None, *, partitions=4, history=400, rate=150, transactions=False, seed=0, **flags):
        """Clients: one live, one that began at the beginning, one that has gone away and comes back in the end."""
        self.topic = topic or await asyncio.to_thread(self._make_topic, partitions)
        await written(self.topic, history, seed="past")
        self.bridge = await asyncio.to_thread(self._start_bridge, self.topic, **flags)
        name = self.topic.name
        self.live, self.whole, self.away = Subscriber({name: "live"}), Subscriber({name: "earliest"}), Subscriber({name: "earliest"})
        for client in self.clients:
            await client.connect(self.bridge.port)
            await client.subscribed(name)
        self._load = Load(self._cluster, self.topic, rate, seed, transactions)
        await self.live.until(lambda: self.live.updates > 50, "the load")
        await self.away.until(lambda: self.away.updates > 50, "some of it")
        await self.away.cut()
        return self

    @property
    def clients(self):
        return self.live, self.whole, self.away

    @contextlib.asynccontextmanager
    async def making(self, **how):
        """The fault comes about."""
        async with self._during.making(self.bridge, self.live, self.whole, **how) as midst:
            yield
        self.bridge = midst.bridge

    async def recovered(self, what="live"):
        """Until a client has what is produced from now on, in every partition; noted in the table."""
        with self._recovery(what):
            probe = await written(self.topic, self.topic.partitions, seed="probe")
            await self.live.reach(self.topic.name, ends_of(probe, self.topic.name))

    async def finish(self, **how):
        """Everyone reaches the end, rightly."""
        await asyncio.to_thread(self._load.stop)
        await self.away.connect(self.bridge.port)
        return await finished(self.topic, *self.clients, **how)


def ends_of(producer, topic):
    ends = {}
    for acked in producer.of(topic):
        ends[acked.partition] = max(ends.get(acked.partition, 0), acked.record.offset + 1)
    return ends
