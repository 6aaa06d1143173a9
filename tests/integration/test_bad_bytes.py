"""What no WebSocket library would send: each is answered or closed by its code, counted, and disturbs nobody."""

import asyncio
import contextlib
from collections import Counter

import pytest

from harness.client import Subscriber
from harness.load import fill
from harness.producer import RememberingProducer
from harness.verdict import assert_right
from harness.waiting import within
from harness.wire import CLOSE, CONTINUATION, PING, PONG, TEXT, Wire, encode

asan, quick = pytest.mark.asan, pytest.mark.quick
OP = b'{"op":"ping"}'

BROKEN = [
    ("unmasked", encode(OP, mask=False), {1002}),
    ("ping over 125 bytes", encode(b"x" * 126, PING), {1002}),
    ("fragmented ping", encode(b"x", PING, fin=False), {1002}),
    ("reserved bit", encode(OP, rsv=4), {1002}),
    ("reserved opcode", encode(OP, 3), {1002}),
    ("reserved control opcode", encode(b"", 11), {1002}),
    ("continuation of nothing", encode(OP, CONTINUATION), {1002}),
    ("text within a fragmented text", encode(b"{", TEXT, fin=False) + encode(OP), {1002}),
    ("length not minimal, 16 bits", encode(b"x", length=(126, 1)), {1002}),
    ("length not minimal, 64 bits", encode(b"x", length=(127, 1)), {1002}),
    ("length with the top bit", encode(b"", length=(127, 1 << 63)), {1002, 1009}),
    ("length 2^64-1", encode(b"", length=(127, (1 << 64) - 1)), {1002, 1009}),
    ("length 2^62", encode(b"", length=(127, 1 << 62)), {1009}),
    ("not UTF-8", encode(b'{"op":"\xff"}'), {1007}),
    ("truncated UTF-8", encode(b'{"op":"\xe2\x82'), {1007}),
    ("encoded surrogate", encode(b'"\xed\xa0\x80"'), {1007}),
    ("UTF-8 broken over fragments", encode(b'"\xe2', TEXT, fin=False) + encode(b'x"', CONTINUATION), {1007}),
    ("65,537 bytes", encode(b" " * 65537), {1009}),
    ("a megabyte", encode(b" " * (1 << 20)), {1009, None}),  # the answer may be lost behind what is still being sent
    ("65,537 bytes in fragments", encode(b" " * 40000, fin=False) + encode(b" " * 25537, CONTINUATION), {1009}),
    ("close with half a code", encode(b"\x03", CLOSE), {1002}),
    ("close with a reserved code", encode((1005).to_bytes(2, "big"), CLOSE), {1002}),
    ("close with text that is not UTF-8", encode((1000).to_bytes(2, "big") + b"\xff", CLOSE), {1002, 1007}),
]


def counted(b):
    """Closes by the book: what was merely cut off may be counted at any time."""
    return Counter({code: int(b.metric("tailrace_closes_total", code=code)) for code in (1002, 1007, 1009)})


@asan
@quick
@pytest.mark.parametrize("data,codes", [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
async def test_broken_frames_close_by_the_book(one_bridge, data, codes):
    before = counted(one_bridge)
    wire = await within(Wire.connect(one_bridge.port), "the upgrade")
    sending = asyncio.create_task(wire.write(data))
    code = await within(wire.close_code(), "the close")
    assert code in codes
    await asyncio.gather(sending, return_exceptions=True)  # what a closed connection no longer takes
    wire.close()
    one_bridge.poll(lambda: counted(one_bridge) != before, "the close to be counted")
    assert counted(one_bridge) - before == Counter([code or 1009])


@pytest.fixture(scope="module")
def one_topic(shared_topic):
    return shared_topic(2)


@pytest.fixture(scope="module")
def one_bridge(shared_bridge, one_topic):
    """One for the whole file: after all of this it must still be well."""
    started = shared_bridge(one_topic)
    started.wait_ready()
    return started


@asan
@quick
async def test_65536_bytes_are_a_message(one_bridge):
    wire = await within(Wire.connect(one_bridge.port), "the upgrade")
    messages = wire.messages()
    await within(messages.__anext__(), "welcome")
    await wire.write(encode(OP + b" " * (65536 - len(OP))))
    opcode, payload = await within(messages.__anext__(), "pong")
    assert opcode == TEXT and payload.startswith(b'{"pong"')
    wire.close()


@asan
@quick
async def test_control_frames_within_a_fragmented_message(one_bridge):
    wire = await within(Wire.connect(one_bridge.port), "the upgrade")
    messages = wire.messages()
    await within(messages.__anext__(), "welcome")
    await wire.write(encode(OP[:4], fin=False) + encode(b"hi", PING) + encode(OP[4:], CONTINUATION))
    got = [await within(messages.__anext__(), "pong and pong") for _ in range(2)]
    assert sorted(got)[1] == (PONG, b"hi") and sorted(got)[0][1].startswith(b'{"pong"')
    wire.close()


@asan
@quick
async def test_every_close_is_answered(one_bridge):
    wire = await within(Wire.connect(one_bridge.port), "the upgrade")
    await wire.write(encode((1000).to_bytes(2, "big") + b"bye", CLOSE))
    assert await within(wire.close_code(), "the close") == 1000
    wire.close()


async def test_a_hundred_thousand_empty_fragments_cost_nothing(one_bridge):
    wire = await within(Wire.connect(one_bridge.port), "the upgrade")
    before = one_bridge.rss()
    sending = asyncio.create_task(drip(wire, encode(b"", fin=False) + encode(b"", CONTINUATION, fin=False) * 1000, 100))
    await within(asyncio.wait({sending}), "the fragments to be taken or refused")
    sending.exception()
    assert one_bridge.rss() - before < 8 << 20
    wire.reset()


async def drip(wire, first, times):
    await wire.write(first)
    for _ in range(times - 1):
        await wire.write(encode(b"", CONTINUATION, fin=False) * 1000)


UPGRADE = b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
REFUSED = [
    ("garbage", b"GARBAGE\r\n\r\n", "bad_request"),
    ("HTTP/0.9", b"GET /ws\r\n\r\n", "bad_request"),
    ("TLS hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"x" * 100 + b"\r\n\r\n", "bad_request"),
    ("no key", UPGRADE + b"\r\n", None),
    ("version 8", UPGRADE + b"Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", None),
    ("4,000 headers", b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X-A: b\r\n" * 4000 + b"\r\n", "header_bytes"),
    ("20 kB target", b"GET /ws?" + b"c" * 20000 + b" HTTP/1.1\r\n\r\n", "header_bytes"),
]


@asan
@quick
@pytest.mark.parametrize("data,why", [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
async def test_bad_handshakes_are_refused(one_bridge, data, why):
    wire = await Wire.tcp(one_bridge.port)
    with one_bridge.counted("tailrace_connections_refused_total", why=why) if why else contextlib.nullcontext():
        await wire.write(data)
        while b"\r\n\r\n" not in wire._buffer and await within(wire.fill(), "an answer or the end"):
            pass
    assert not wire._buffer or wire._buffer.startswith(b"HTTP/1.1 4"), bytes(wire._buffer[:200])
    wire.close()


@asan
async def test_a_handshake_that_never_ends_is_ended(one_bridge):
    wire = await Wire.tcp(one_bridge.port)
    await wire.write(b"GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\n")
    with one_bridge.counted("tailrace_connections_refused_total", why="handshake_timeout"):
        while await within(wire.fill(), "the bridge to lose patience"):
            pass
    wire.close()


@asan
@quick
async def test_the_bridge_is_well_after_all_this(kafka, one_topic, one_bridge):
    t = one_topic
    producer = RememberingProducer(kafka.bootstrap)
    t.wrote(producer)
    subscriber = await Subscriber({t.name: "live"}).connect(one_bridge.port)
    await subscriber.subscribed(t.name)
    fill(producer, t, 200)
    await subscriber.reach(t.name, t.ends())
    await subscriber.close()
    assert_right(t, subscriber)
