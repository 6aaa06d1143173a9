"""Clients that stay behind a proxy whatever happens to its bridges, and must be exact in the end."""

import asyncio
import random

from harness.client import Subscriber
from harness.load import Load
from harness.verdict import assert_right
from harness.waiting import within

CLIENTS = 20
PATH = {"http": "/ws", "https": "/live/ws"}


def subscriber(proxy, wants):
    return Subscriber(wants, proxy.transport)


class Client:
    """Stays connected through the proxy, coming back whenever it is cut, until the channel has reached `ends()`."""

    def __init__(self, proxy, topic, seed):
        self.subscriber = subscriber(proxy, {topic.name: "earliest"})
        self._proxy, self._topic, self._random = proxy, topic.name, random.Random(seed)
        self.connections = 0

    def _done(self, ends):
        return ends is not None and self.subscriber.reached(self._topic, ends)

    async def run(self, ends):
        while not self._done(ends()):
            if await self._connected():
                await self._read(ends)
                await self.subscriber.close()
        return self.subscriber

    async def _connected(self):
        try:
            await self.subscriber.connect(self._proxy.port, PATH[self._proxy.scheme])
            self.connections += 1
            return True
        except Exception as refused:  # a proxy without a bridge answers in many ways; only time out is wrong
            if isinstance(refused, TimeoutError):
                raise
            await asyncio.sleep(self._random.uniform(0.05, 0.3))  # as a client's backoff
            return False

    async def _read(self, ends):
        try:
            while not self._done(ends()):
                seen = self.subscriber.updates
                await self.subscriber.until(lambda: self._done(ends()) or self.subscriber.updates > seen, "more, or the end")
        except ConnectionError:
            pass  # the bridge went


async def under_load(kafka, t, proxy, disturb):
    """Clients on the proxy while `disturb` runs and records are produced; all exact in the end."""
    load, ends = Load(kafka, t, 300), None
    clients = [Client(proxy, t, n) for n in range(CLIENTS)]
    tasks = [asyncio.create_task(client.run(lambda: ends)) for client in clients]
    await within(asyncio.gather(*(wait_for_updates(client) for client in clients)), "everybody's first updates")
    await disturb(clients)
    await asyncio.to_thread(load.stop)
    ends = t.ends()
    subscribers = await within(asyncio.gather(*tasks), "all clients to reach the end", 600)
    for each in subscribers:
        await each.close()
    await asyncio.to_thread(assert_right, t, *subscribers)
    return clients


async def wait_for_updates(client, more=1):
    wanted = client.subscriber.updates + more
    while client.subscriber.updates < wanted:
        await asyncio.sleep(0.02)  # asks; updates come from many connections
