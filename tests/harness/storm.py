"""Clients that are cut at random until the end, on bridges that come and go."""

import asyncio

from .client import LibraryTransport, Subscriber, WireTransport


class Pool:
    """The bridges that are up. One event loop."""

    def __init__(self, *bridges):
        self._bridges = list(bridges)
        self._changed = asyncio.Condition()

    async def any(self, random):
        """One of them; waits while there is none."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._bridges)
            return random.choice(self._bridges)

    async def replace(self, old, new):
        """`old` is gone (or None), `new` is up (or None)."""
        async with self._changed:
            self._bridges = [b for b in self._bridges if b is not old] + ([new] if new else [])
            self._changed.notify_all()


class Cutter:
    """A client that counts its ends: cut by RST at a frame's boundary or within a frame, closed in good order, or kicked out."""

    def __init__(self, wants, pool, random):
        self.subscriber = Subscriber(wants)
        self._pool, self._random = pool, random
        self.connections = self.partial = 0

    async def run(self, channel, ends):
        """Until the channel has reached `ends()`, which is None while nobody knows."""
        while not self._done(channel, ends()):
            await self._once(channel, ends)
        return self.subscriber

    def _done(self, channel, ends):
        return ends is not None and self.subscriber.reached(channel, ends)

    def _transport(self, ends):
        if ends is not None:
            return LibraryTransport, {}
        if self._random.random() < 0.3:
            return WireTransport, {"limit": None, "read_size": self._random.choice((100, 1000, 65536))}
        return WireTransport, {"limit": int(10 ** self._random.uniform(2, 5)), "read_size": self._random.choice((7, 300, 65536))}

    async def _once(self, channel, ends):
        subscriber = self.subscriber
        subscriber._transport_type, subscriber._options = self._transport(ends())
        bridge = await self._pool.any(self._random)
        try:
            await subscriber.connect(bridge.port)
        except (OSError, AssertionError, EOFError):
            await self._pool.replace(bridge, None)  # killed under us; whoever killed it brings the next one
            return
        self.connections += 1
        enough = subscriber.updates + self._random.randrange(1, 2000)
        try:
            await subscriber.until(lambda: self._done(channel, ends()) or (ends() is None and subscriber.updates >= enough),
                                   f"{channel} to move on")
        except ConnectionError:
            pass  # the limit of bytes, or the bridge
        self.partial += getattr(subscriber._transport, "partial", False)
        await subscriber.cut()
