"""Slow and silent readers: they lag, they cost nothing, and nobody else notices."""

import asyncio
import json

import pytest

from checker import position
from harness.client import Subscriber, WireTransport
from harness.load import Load, fill
from harness.producer import RememberingProducer
from harness.verdict import assert_right
from harness.waiting import within
from harness.wire import Wire

asan = pytest.mark.asan
SMALL = 4096  # receive buffer, so that the kernel holds little


def big(rng, number):
    return b'{"n":%d,"pad":"%s"}' % (number, b"x" * 1000)


async def stalled(port, channel, count, start="live"):
    """Connections that subscribe and never read a byte of data."""
    wires = [await within(Wire.connect(port, receive_buffer=SMALL), "the upgrade") for _ in range(count)]
    for wire in wires:
        await wire.send(json.dumps({"op": "subscribe", "channel": channel, "from": start}))
    return wires


async def sip(transport, subscriber, over):
    """Reads 100 bytes every tenth of a second: about 1 kB/s, on purpose."""
    while not over.is_set():
        await asyncio.sleep(0.1)
        transport.allow(100)


class SlowTransport(WireTransport):
    """Reads only what it was allowed to."""

    @classmethod
    async def connect(cls, port, path="/ws"):
        self = cls(await Wire.connect(port, path, SMALL), limit=1 << 10)
        self._allowed = asyncio.Event()
        return self

    def allow(self, more):
        self._limit += more
        self._allowed.set()

    async def texts(self):
        while True:
            async for text in super().texts():
                yield text
            if self._wire.received < self._limit:
                return  # the server ended it
            self._allowed.clear()
            await self._allowed.wait()


@asan
async def test_slow_reader_among_fast_ones(kafka, topic, bridge):
    """1 kB/s: it gets what it can take, rightly and without being thrown out; the fast ones get all at once."""
    t = topic(4)
    b = bridge(t, stall_timeout="5s")
    slow = await Subscriber({t.name: "live"}, SlowTransport).connect(b.port)
    fast = [await Subscriber({t.name: "live"}).connect(b.port) for _ in range(5)]
    for subscriber in (slow, *fast):
        await subscriber.subscribed(t.name)
    over = asyncio.Event()
    sipping = asyncio.create_task(sip(slow._transport, slow, over))
    load = Load(kafka, t, 400)
    await slow.until(lambda: slow.updates > 60, "what 1 kB/s brings")  # some ten seconds: two stall timeouts
    await asyncio.to_thread(load.stop)
    for subscriber in fast:
        await subscriber.reach(t.name, t.ends())
        await subscriber.close()
    assert slow.connected, "a client that reads is not stalled"
    assert not slow.reached(t.name, t.ends()), "it was no slow one"
    over.set()
    await sipping
    slow._transport.allow(1 << 40)
    await slow.reach(t.name, t.ends())
    await slow.close()
    assert_right(t, slow, *fast)


@asan
async def test_client_that_never_reads_is_closed_and_nobody_else_notices(kafka, topic, bridge):
    t = topic(2)
    producer = RememberingProducer(kafka.bootstrap)
    t.wrote(producer)
    b = bridge(t, stall_timeout="2s")
    reader = await Subscriber({t.name: "live"}).connect(b.port)
    await reader.subscribed(t.name)
    mute, = await stalled(b.port, t.name, 1)
    for n in range(100):
        fill(producer, t, 100, seed=n, value=big)
    await reader.reach(t.name, t.ends())
    await asyncio.to_thread(b.poll, lambda: b.metric("tailrace_stalled_total") == 1, "the stalled connection to be closed")
    code = await within(mute.close_code(), "the end of the stalled connection")
    assert code in (4408, None)  # the close frame itself may not have fitted
    assert reader.connected
    await reader.close()
    assert_right(t, reader)


@asan
async def test_a_client_that_asks_and_does_not_read_gets_all_its_answers_once_it_reads(kafka, topic, bridge):
    """Meanwhile the bridge does not read it either."""
    t = topic(1)
    producer = RememberingProducer(kafka.bootstrap)
    t.wrote(producer)
    fill(producer, t, 3000, value=big)  # more than the sockets hold
    b = bridge(t, stall_timeout="10m")
    wire, = await stalled(b.port, t.name, 1, start="earliest")
    await asyncio.to_thread(b.poll, lambda: '"blocked":true' in b.get("/sessions", b.admin_port)[1], "a full socket")
    asked = range(1800)  # above 64 KB of answers, below 256
    for n in asked:
        await wire.send('{"op":"ping","id":%d}' % n)
    answered, offsets = [], 0
    async for _, payload in wire.messages():
        frame = json.loads(payload)
        offsets += len(frame.get("u", ()))
        if "pong" in frame:
            answered.append(frame["id"])
        if len(answered) == len(asked) and offsets == 3000:
            break
    assert answered == list(asked)
    assert offsets == 3000
    wire.close()


async def test_two_hundred_stalled_clients_cost_no_memory(kafka, topic, bridge):
    """Resident memory stays within that of the started bridge, 1.3 budgets, and a little per connection."""
    budget = 24 << 20
    t = topic(4)
    producer = RememberingProducer(kafka.bootstrap)
    t.wrote(producer)
    b = bridge(t, memory="24M", stall_timeout="10m")
    b.wait_ready()
    empty = b.rss()
    wires = await stalled(b.port, t.name, 200)
    reader = await Subscriber({t.name: "live"}).connect(b.port)
    await reader.subscribed(t.name)
    for n in range(30):
        fill(producer, t, 2000, seed=n, value=big)
    await reader.reach(t.name, t.ends())
    used = b.rss() - empty
    assert used <= 1.3 * budget + 201 * (64 << 10), f"{used >> 20} MiB above the empty bridge"
    for wire in wires:
        wire.reset()
    await reader.close()
    assert_right(t, reader)


async def test_a_hundred_clients_that_stall_within_a_replay_cost_no_memory(kafka, topic, bridge):
    """Each at a page of its own, of a history three times the budget: what they do not read is in Kafka, not here."""
    budget, partitions, count, per_partition = 32 << 20, 4, 100, 25 * 1024
    t = topic(partitions)
    producer = RememberingProducer(kafka.bootstrap)
    t.wrote(producer)
    fill(producer, t, partitions * per_partition, value=big)
    b = bridge(t, memory="32M", warm="0", shards=1, stall_timeout="10m")
    b.wait_ready()
    empty = b.rss()
    reader = await Subscriber({t.name: "live"}).connect(b.port)
    epoch = position.parse(await reader.subscribed(t.name))[0]
    wires = []
    for n in range(count):
        places = {p: per_partition for p in range(partitions)} | {n % partitions: n // partitions * 1024}
        at = position.write(epoch, {p: position.Entry(next_) for p, next_ in places.items()})
        wires += await stalled(b.port, t.name, 1, {"position": at})
    await reader.close()

    def blocked():
        return [s["blocked"] for s in json.loads(b.get("/sessions", b.admin_port)[1])]

    last = wires[-1]  # at the end but for one page, which is more than its socket takes
    await asyncio.to_thread(b.poll, lambda: len(blocked()) > count / 2 and all(blocked()), "all to be stalled")
    used = b.rss() - empty
    assert b.metric("tailrace_pages_read_total") >= count / 2, "they do not share their pages"
    assert used <= 1.3 * budget + (count + 1) * (64 << 10), f"{used >> 20} MiB above the empty bridge"
    async for _, payload in last.messages():
        if f'"next":{per_partition}' in payload.decode():
            break
    for wire in wires:
        wire.reset()


@asan
async def test_slow_readers_of_history_do_not_hold_up_others(kafka, topic, bridge):
    """Replay slots cover a page read, never a wait for a socket: 100 stalled replays, and one more client replays all."""
    t = topic(4)
    producer = RememberingProducer(kafka.bootstrap)
    t.wrote(producer)
    fill(producer, t, 20_000, value=big)
    b = bridge(t, memory="4M", warm="0")
    wires = await stalled(b.port, t.name, 100, "earliest")
    reader = await Subscriber({t.name: "earliest"}).connect(b.port)
    await reader.reach(t.name, t.ends())
    await reader.close()
    for wire in wires:
        wire.reset()
    assert_right(t, reader)
