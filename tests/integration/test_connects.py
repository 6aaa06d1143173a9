"""Coming and going costs nothing that stays."""

import asyncio
import os

import pytest

from harness.client import Subscriber
from harness.load import Load
from harness.verdict import assert_right
from harness.waiting import within
from harness.wire import Wire, encode

CONNECTS = int(os.environ.get("TAILRACE_CONNECTS", 50_000))
AT_ONCE = 64


async def visit(port, op):
    """Connects, subscribes, and leaves by RST once the answer is there."""
    wire = await Wire.connect(port)
    await wire.write(op)
    while b'{"subscribed"' not in wire._buffer:
        assert await wire.fill(), bytes(wire._buffer[-200:])
    wire.reset()


async def visits(port, op, count):
    left = iter(range(count))

    async def guest():
        for _ in left:
            await visit(port, op)

    await within(asyncio.gather(*(guest() for _ in range(AT_ONCE))), f"{count} visits", 1800)


async def test_memory_is_flat_over_many_connects_and_subscribes(kafka, topic, bridge):
    t = topic(4)
    b = bridge(t, memory="16M")
    watcher = await Subscriber({t.name: "live"}).connect(b.port)
    await watcher.subscribed(t.name)
    load = Load(kafka, t, 100, transactions=False)
    op = encode(f'{{"op":"subscribe","channel":"{t.name}","from":{{"last":5}}}}'.encode())
    await visits(b.port, op, CONNECTS // 5)
    before = b.rss()
    await visits(b.port, op, CONNECTS - CONNECTS // 5)
    after = b.rss()
    await asyncio.to_thread(load.stop)
    await watcher.reach(t.name, t.ends())
    await watcher.close()
    assert_right(t, watcher)
    assert after - before < 12 << 20, f"{(after - before) >> 10} KiB more after {CONNECTS} connects"


@pytest.mark.asan
async def test_connections_that_end_at_every_point(kafka, topic, bridge):
    """Cut after each number of bytes that a session begins with; the bridge and a bystander live on."""
    t = topic(2)
    b = bridge(t)
    watcher = await Subscriber({t.name: "live"}).connect(b.port)
    await watcher.subscribed(t.name)
    load = Load(kafka, t, 200, transactions=False)
    script = Wire.request(b.port) + encode(f'{{"op":"subscribe","id":1,"channel":"{t.name}","from":"earliest"}}'.encode())
    for length in range(0, len(script) + 1, 3):
        wire = await Wire.tcp(b.port)
        await wire.write(script[:length])
        if length % 2:
            await asyncio.sleep(0)  # some go at once, some a moment later
        wire.reset()
    await asyncio.to_thread(load.stop)
    await watcher.reach(t.name, t.ends())
    await watcher.close()
    assert_right(t, watcher)
