"""Clients that read slowly, or not at all. Their receive buffers are small, so that the kernel holds little for them."""

import asyncio
import time

from .client import WireTransport

BUFFER = 4096


class SlowTransport(WireTransport):
    """Reads only what it was allowed to: `first` bytes, then what `allow` adds."""

    @classmethod
    async def connect(cls, port, path="/ws", first=1 << 10):
        self = await super().connect(port, path, limit=first, receive_buffer=BUFFER)
        self._allowed = asyncio.Event()
        return self

    def allow(self, more):
        self._limit += more
        self._allowed.set()

    @property
    def received(self):
        return self._wire.received

    async def texts(self):
        while True:
            async for text in super().texts():
                yield text
            if self._wire.received < self._limit:
                return  # the server ended it
            self._allowed.clear()
            await self._allowed.wait()


async def sip(subscribers, over, rate=1000):
    """Subscribers with SlowTransports read `rate` bytes a second each, until `over`, however late this is called."""
    began, allowed = time.monotonic(), 0
    while not over.is_set():
        await asyncio.sleep(0.1)
        more = int((time.monotonic() - began) * rate) - allowed
        allowed += more
        for subscriber in subscribers:
            subscriber._transport.allow(more)


async def take_some(subscribers, updates=100):
    """Each reads on until it has so many, of about 1 kB, and not much further."""
    for subscriber in subscribers:
        subscriber._transport.allow(3000 * updates)
    for subscriber in subscribers:
        await subscriber.until(lambda: subscriber.updates >= updates, f"{updates} updates")
