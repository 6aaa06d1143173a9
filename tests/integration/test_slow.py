"""Slow and silent readers: they lag, they get what they can take, rightly, and nobody else notices."""

import asyncio

import pytest

from harness.client import Subscriber
from harness.load import Load, fill
from harness.producer import RememberingProducer
from harness.slow import SlowTransport, sip, take_some
from harness.verdict import assert_right

pytestmark = pytest.mark.asan
ALL = 1 << 40  # bytes


def big(rng, number):
    return b'{"n":%d,"pad":"%s"}' % (number, b"x" * 1000)


def filled(kafka, t, count):
    producer = RememberingProducer(kafka.bootstrap)
    t.wrote(producer)
    fill(producer, t, count, value=big)
    return producer


async def stalled(port, t, start):
    return await Subscriber({t.name: start}, SlowTransport).connect(port)


async def test_slow_reader_among_fast_ones(kafka, topic, bridge):
    """1 kB/s: it gets what it can take and is not thrown out; the fast ones get all at once."""
    t = topic(4)
    b = bridge(t, stall_timeout="5s")
    slow = await Subscriber({t.name: "live"}, SlowTransport).connect(b.port)
    fast = [await Subscriber({t.name: "live"}).connect(b.port) for _ in range(5)]
    for subscriber in (slow, *fast):
        await subscriber.subscribed(t.name)
    over = asyncio.Event()
    sipping = asyncio.create_task(sip([slow], over))
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
    slow._transport.allow(ALL)
    await slow.reach(t.name, t.ends())
    await slow.close()
    assert_right(t, slow, *fast)


async def test_client_that_never_reads_is_closed_and_nobody_else_notices(kafka, topic, bridge):
    t = topic(2)
    b = bridge(t, stall_timeout="2s")
    reader = await Subscriber({t.name: "live"}).connect(b.port)
    mute = await stalled(b.port, t, "live")
    for client in (reader, mute):
        await client.subscribed(t.name)
    with b.counted("tailrace_stalled_total"), b.counted("tailrace_closes_total", code=4408):
        await asyncio.to_thread(filled, kafka, t, 10_000)
        await reader.reach(t.name, t.ends())
    mute._transport.allow(ALL)
    assert await mute.ended() in (4408, None)  # the close frame itself may not have fitted
    assert reader.connected
    await reader.close()
    assert_right(t, reader)
    assert_right(t, mute, to_the_end=False)


async def test_a_client_that_asks_and_does_not_read_gets_all_its_answers_once_it_reads(kafka, topic, bridge):
    """Meanwhile the bridge does not read it either."""
    t = topic(1)
    filled(kafka, t, 3000)  # more than the sockets hold
    b = bridge(t, stall_timeout="10m")
    client = await stalled(b.port, t, "earliest")
    await asyncio.to_thread(b.poll, lambda: '"blocked":true' in b.get("/sessions", b.admin_port)[1], "a full socket")
    asked = [await client.ask("ping") for _ in range(1800)]  # above 64 KB of answers, below 256
    client._transport.allow(ALL)
    await client.reply(asked[-1])
    await client.reach(t.name, t.ends())
    await client.close()
    assert [c.id for c in client.controls if c.name == "pong"] == asked
    assert_right(t, client)


async def test_slow_readers_of_history_do_not_hold_up_others(kafka, topic, bridge):
    """Replay slots cover a page read, never a wait for a socket: 100 stalled replays, and one more client replays all."""
    t = topic(4)
    filled(kafka, t, 20_000)
    b = bridge(t, memory="4M", warm="0")
    slow = [await stalled(b.port, t, "earliest") for _ in range(100)]
    reader = await Subscriber({t.name: "earliest"}).connect(b.port)
    await reader.reach(t.name, t.ends())
    await reader.close()
    await take_some(slow)
    for client in slow:
        await client.cut()
    truth = assert_right(t, reader)
    assert_right(t, *slow, to_the_end=False, truth=truth)
