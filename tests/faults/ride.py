"""A ride through a fault that loses nothing: a topic under load, clients of every kind, and a bridge that may be killed too."""

import asyncio

from harness.client import Subscriber
from harness.load import Load, fill
from harness.producer import RememberingProducer
from harness.verdict import assert_right


class Ride:
    """`begin`, the fault with `during` within it, `recovered`, `finish`."""

    def __init__(self, cluster, make_topic, start_bridge, killed, recovery):
        self._cluster, self._make_topic, self._start_bridge = cluster, make_topic, start_bridge
        self._killed, self._recovery = killed, recovery
        self.bridge = self.topic = None

    async def begin(self, topic=None, *, partitions=4, history=400, rate=150, transactions=False, seed=0, **flags):
        """Clients: one live, one that began at the beginning, one that has gone away and comes back in the end."""
        self._flags = flags
        self.topic = topic or await asyncio.to_thread(self._make_topic, partitions)
        past = RememberingProducer(self._cluster.bootstrap)
        self.topic.wrote(past)
        await asyncio.to_thread(fill, past, self.topic, history, seed="past")
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
        """In the midst of the fault: kill -9 for the bridge, where this ride is of that kind."""
        if self._killed:
            await asyncio.to_thread(self.bridge.kill)
            self.bridge = await asyncio.to_thread(self._start_bridge, self.topic, **self._flags)

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
        probe = RememberingProducer(self._cluster.bootstrap)
        self.topic.wrote(probe)
        with self._recovery(what):
            await asyncio.to_thread(fill, probe, self.topic, self.topic.partitions, seed="probe")
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
