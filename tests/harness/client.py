"""A subscriber that remembers: it follows its chains, resumes from its positions and records its receipts."""

import asyncio
import json
import socket
import struct

import websockets

from checker.chain import Chain
from checker.frames import Control, parse
from checker.receipts import Receipts

from .waiting import within
from .wire import CLOSE, TEXT, Wire


class LibraryTransport:
    """Through python3-websockets, a client that nobody here wrote."""

    @classmethod
    async def connect(cls, port, path="/ws"):
        self = cls()
        self._ws = await websockets.connect(f"ws://127.0.0.1:{port}{path}", max_size=16 << 20, max_queue=None, ping_interval=None,
                                            compression=None, open_timeout=180)
        return self

    async def send(self, text):
        await self._ws.send(text)

    async def texts(self):
        try:
            async for text in self._ws:
                yield text
        except websockets.ConnectionClosed:
            pass

    @property
    def code(self):
        return self._ws.close_code

    def reset(self):
        transport = self._ws.transport
        under = transport.get_extra_info("socket")
        if under.fileno() >= 0:  # else the bridge was first
            under.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()

    async def close(self):
        await self._ws.close()


class WireTransport:
    """By hand. After `limit` received bytes it ends, in the middle of a frame where it happens to be."""

    def __init__(self, wire, limit=None, read_size=65536):
        self._wire, self._limit, self._read_size, self.code = wire, limit, read_size, None

    @classmethod
    async def connect(cls, port, path="/ws", limit=None, read_size=65536, receive_buffer=None):
        return cls(await Wire.connect(port, path, receive_buffer), limit, read_size)

    async def send(self, text):
        await self._wire.send(text)

    async def texts(self):
        while True:
            for opcode, payload in self._wire.ready():
                if opcode == TEXT:
                    yield payload.decode()
                elif opcode == CLOSE:
                    self.code = int.from_bytes(payload[:2], "big")
            left = self._read_size if self._limit is None else min(self._read_size, self._limit - self._wire.received)
            if left <= 0 or not await self._wire.fill(left):
                return

    @property
    def partial(self):
        return self._wire.partial

    def reset(self):
        self._wire.reset()

    async def close(self):
        self._wire.close()


class Subscriber:
    """`wants` maps channels to what they start from. `connect` as often as you like; each time it goes on where it was."""

    def __init__(self, wants, transport=LibraryTransport, **options):
        self.wants, self.receipts, self.chains = dict(wants), Receipts(), {}
        self.controls = []  # all control frames, in order
        self.updates = 0
        self._transport_type, self._options = transport, options
        self._transport = self._pump = None
        self._changed = asyncio.Event()
        self._id = 0
        self._asked = {}  # channel: the id of its last subscribe

    async def connect(self, port, path="/ws"):
        self._transport = await within(self._transport_type.connect(port, path, **self._options), "a WebSocket")
        self.receipts.opened(path)
        for channel in self.wants:
            await self.subscribe(channel)
        self._pump = asyncio.create_task(self._read(self._transport))
        return self

    async def subscribe(self, channel):
        wanted = self.wants[channel]
        more = wanted if isinstance(wanted, dict) and "from" in wanted else {"from": wanted}
        if channel in self.chains:
            more = {**more, "from": {"position": self.chains[channel].text()}}
            start = wanted["from"] if isinstance(wanted, dict) and "from" in wanted else wanted
            if start != "live" and not (isinstance(start, dict) and "position" in start):
                more.setdefault("start", start)
        self._asked[channel] = await self.ask("subscribe", channel=channel, **more)
        return self._asked[channel]

    async def ask(self, op, **fields):
        """Sends an op; its id."""
        self._id += 1
        await self.send(json.dumps({"op": op, "id": self._id, **fields}))
        return self._id

    async def send(self, text):
        self.receipts.sent(text)
        await self._transport.send(text)

    async def _read(self, transport):
        async for text in transport.texts():
            self.receipts.got(text)
            self._take(parse(text))
            self._changed.set()
        self.receipts.closed(transport.code)
        self._changed.set()

    def _take(self, frame):
        if not isinstance(frame, Control):
            if frame.ch in self.chains:
                self.updates += len(self.chains[frame.ch].take(frame))
            return
        self.controls.append(frame)
        if frame.name in ("subscribed", "reset"):
            at = frame.body["position"]
            chain = self.chains.setdefault(frame.body["channel"], Chain(at))
            (chain.reset if frame.name == "reset" else chain.resumed)(at)

    @property
    def connected(self):
        return self._pump is not None and not self._pump.done()

    @property
    def close_code(self):
        return self._transport.code

    async def until(self, done, what="a condition"):
        """Until `done()`, asked after each frame; also an end of the connection counts as a change."""
        async def loop():
            while not done():
                if not self.connected:
                    self._pump and self._pump.result()
                    raise ConnectionError(f"the connection ended ({self.close_code}) while waiting for {what}")
                self._changed.clear()
                if not done():
                    await self._changed.wait()

        await within(loop(), lambda: f"{what}; last frames: {[e.text[:200] for e in self.receipts.events[-3:] if e.text]}")

    def control(self, name, id=None):
        """The last control frame of a name (and id), or None."""
        found = [c for c in self.controls if c.name == name and (id is None or c.id == id)]
        return found[-1] if found else None

    async def reply(self, id):
        """The answer to an op."""
        await self.until(lambda: any(c.id == id for c in self.controls), f"the answer to {id}")
        return next(c for c in self.controls if c.id == id)

    async def subscribed(self, channel):
        """Until the channel's last subscribe is answered, by `subscribed`; its position."""
        def found():
            return [c for c in self.controls if c.name in ("subscribed", "error") and c.id == id_
                    and (id_ is not None or c.body.get("channel", channel) == channel)]

        id_ = self._asked.get(channel)
        await self.until(found, f"{channel} to be subscribed")
        assert found()[-1].name == "subscribed", found()[-1].raw
        return found()[-1].body["position"]

    def at(self, channel):
        """{partition: next}"""
        chain = self.chains.get(channel)
        return {p: entry.next for p, entry in chain.places.items()} if chain else {}

    def reached(self, channel, ends):
        at = self.at(channel)
        return all((at.get(p) or 0) >= next_ for p, next_ in ends.items())

    async def reach(self, channel, ends):
        await self.until(lambda: self.reached(channel, ends), lambda: f"{channel} to reach {ends}, it is at {self.at(channel)}")

    async def ended(self):
        """Until the connection has ended by itself; its close code."""
        await within(asyncio.shield(self._pump), "the connection to end")
        return self.close_code

    async def cut(self):
        """RST; what has come and was not read yet is lost."""
        await self._stop_reading()
        self._transport.reset()

    async def close(self):
        """In good order; at once where it is closed already."""
        await self._stop_reading()
        if self._transport:
            await within(self._transport.close(), "the connection to close")

    async def _stop_reading(self):
        if self.connected:
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)
            self.receipts.closed()
