"""Faults to ride through, and bridges that may be killed in the midst of them."""

import asyncio

from harness.client import Subscriber
from harness.load import Load
from harness.verdict import assert_right
from steps import written


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
    """`b = await during(b, *clients)` is the midst of a fault: where `killed`, that bridge is, and the clients resume at another."""

    def __init__(self, bridges, killed):
        self._bridges, self.killed = bridges, killed

    async def __call__(self, bridge, *clients):
        if not self.killed:
            return bridge
        bridge = await asyncio.to_thread(self._bridges.again, bridge)
        for client in clients:
            await client.close()
            await client.connect(bridge.port)
        return bridge


class Ride:
    """A fault that loses nothing: a topic under load, clients of every kind. `begin`, the fault with `during` in its midst,
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

    async def during(self):
        """Clients whose bridge is killed come back by themselves as they are waited for."""
        self.bridge = await self._during(self.bridge)

    async def reach(self, client, ends):
        """A client whose connection ends comes back."""
        while not client.reached(self.topic.name, ends):
            if not client.connected:
                await client.connect(self.bridge.port)
            try:
                await client.reach(self.topic.name, ends)
            except ConnectionError:
                pass

    async def recovered(self, what="live"):
        """Until a client has what is produced from now on, in every partition; noted in the table."""
        with self._recovery(what):
            probe = await written(self.topic, self.topic.partitions, seed="probe")
            await self.reach(self.live, ends_of(probe, self.topic.name))

    async def finish(self, **how):
        """Everyone reaches the end, rightly."""
        await asyncio.to_thread(self._load.stop)
        ends = self.topic.ends()
        for client in self.clients:
            await self.reach(client, ends)
            await client.close()
        return await asyncio.to_thread(lambda: assert_right(self.topic, *self.clients, **how))


def ends_of(producer, topic):
    ends = {}
    for acked in producer.of(topic):
        ends[acked.partition] = max(ends.get(acked.partition, 0), acked.record.offset + 1)
    return ends
