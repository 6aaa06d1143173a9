"""Who does not read, or never ends its request, costs no memory: the most that was resident, held against the budget and a
little per connection."""

import asyncio
import json

import pytest

from checker import position
from harness.client import Subscriber
from harness.load import fill
from harness.producer import RememberingProducer
from harness.slow import SlowTransport, sip, take_some
from harness.verdict import assert_right
from harness.waiting import within
from harness.wire import Wire

CLIENTS = 200
PER_CONNECTION = 16 << 10  # what is on its way to one lies in the kernel
READERS = 2 * (6 << 20)  # two, each with two streams of librdkafka's: an answer on its way, one being taken apart, a queue
HANDSHAKES, PER_HANDSHAKE = 500, 32 << 10
HALF_A_REQUEST = b"GET /ws HTTP/1.1\r\nX-Large: " + b"x" * 15_000
PARTITIONS, PAGES = 4, 25  # of each partition
PAGE = 1024


def big(rng, number):
    return b'{"n":%d,"pad":"%s"}' % (number, b"x" * 1000)


class Memory:
    """What a bridge takes from when it stood ready, with empty logs, on."""

    def __init__(self, b):
        b.wait_ready()
        b.forget_peak()
        self._bridge, self._empty = b, b.rss()

    def assert_within(self, budget):
        used = self._bridge.peak() - self._empty
        allowed = 1.3 * budget + (CLIENTS + 1) * PER_CONNECTION
        print(f"{used >> 10} KiB above the empty bridge's {self._empty >> 10}, {int(allowed) >> 10} are allowed")
        assert used <= allowed, f"{used >> 10} KiB above the empty bridge, {int(allowed) >> 10} are allowed"


def blocked(b):
    return [session["blocked"] for session in json.loads(b.get("/sessions", b.admin_port)[1])]


async def test_handshakes_that_never_end(topic, bridge):
    """Each may say 16 KiB and takes ten seconds; then all of it is given back."""
    b = bridge(topic(1))
    b.wait_ready()
    b.forget_peak()
    empty = b.rss()
    wires = [await Wire.tcp(b.port) for _ in range(HANDSHAKES)]
    for wire in wires:
        await wire.write(HALF_A_REQUEST)
    assert b.get("/healthz")[0] == 200
    for wire in wires:
        assert not await within(wire.fill(), "the end of a handshake")
        wire.close()
    b.poll(lambda: b.metric("tailrace_connections_refused_total", why="handshake_timeout") == HANDSHAKES, "all to be counted")
    used, left = b.peak() - empty, b.rss() - empty
    print(f"{used >> 10} KiB for {HANDSHAKES} halves of a request, {left >> 10} are left")
    assert used <= HANDSHAKES * PER_HANDSHAKE
    assert left < HANDSHAKES * len(HALF_A_REQUEST), "what they said is still there"


async def test_clients_that_stall_live(kafka, topic, bridge):
    """For a moment each may hold a frame of 64 KiB, more than the share of blocked sockets: the others' slack is as much."""
    budget = 48 << 20
    t = topic(PARTITIONS)
    producer = RememberingProducer(kafka.bootstrap)
    t.wrote(producer)
    b = bridge(t, memory="48M", stall_timeout="10m")
    memory = Memory(b)
    stalled = [await Subscriber({t.name: "live"}, SlowTransport).connect(b.port) for _ in range(CLIENTS)]
    reader = await Subscriber({t.name: "live"}).connect(b.port)
    for client in (reader, *stalled):
        await client.subscribed(t.name)
    for n in range(30):
        fill(producer, t, 2000, seed=n, value=big)
    await reader.reach(t.name, t.ends())
    assert sum(blocked(b)) == CLIENTS
    memory.assert_within(budget)
    await take_some(stalled)
    memory.assert_within(budget)
    for client in (reader, *stalled):
        await client.cut()
    truth = assert_right(t, reader)
    assert_right(t, *stalled, to_the_end=False, truth=truth)


@pytest.fixture(scope="module")
def history(kafka, shared_topic):
    """Three times the budget of those who read it."""
    t = shared_topic(PARTITIONS)
    producer = RememberingProducer(kafka.bootstrap)
    t.wrote(producer)
    fill(producer, t, PARTITIONS * PAGES * PAGE, value=big)
    return t


@pytest.fixture(scope="module")
def known(history):
    return history.truth()


async def readers_of(b, t):
    """Each lacks the rest of one partition, from a place of its own on."""
    reader = await Subscriber({t.name: "live"}).connect(b.port)
    epoch = position.parse(await reader.subscribed(t.name))[0]
    await reader.close()
    clients = []
    for n in range(CLIENTS):
        page, half = divmod(n, 2)
        places = t.ends() | {page % PARTITIONS: page // PARTITIONS * PAGE + half * 100}
        text = position.write(epoch, {p: position.Entry(next_) for p, next_ in places.items()})
        clients.append(await Subscriber({t.name: {"from": {"position": text}}}, SlowTransport).connect(b.port))
    return clients


def all_stalled(b):
    stand = blocked(b)
    return len(stand) + b.metric("tailrace_stalled_total") == CLIENTS and all(stand)


async def test_clients_that_stall_within_a_replay(history, known, bridge):
    """What they do not read is in Kafka, not here; and beyond what blocked sockets may hold, the longest-stalled goes."""
    t, budget = history, 32 << 20
    b = bridge(t, memory="32M", warm="0", shards=1, stall_timeout="10m")
    memory = Memory(b)
    clients = await readers_of(b, t)
    await asyncio.to_thread(b.poll, lambda: all_stalled(b), "all to be stalled")
    assert b.metric("tailrace_pages_read_total") >= PARTITIONS * PAGES, "they do not share their pages"
    memory.assert_within(budget)
    last = clients[-1]  # which lacks less than a page
    last._transport.allow(1 << 40)
    await last.reach(t.name, t.ends())
    memory.assert_within(budget)
    for client in clients:
        await client.cut()
    assert_right(t, last, truth=known)
    assert_right(t, *clients, to_the_end=False, truth=known)


async def arrived(client, size):
    while client._transport.received < size:
        assert client.connected, "who reads is not stalled"
        await asyncio.sleep(0.1)


async def test_clients_that_read_history_slowly(history, known, bridge):
    """1 kB/s each, of pages that are in Kafka only; then a few frames at once. Nobody goes: there is room for a frame of each.
    Where nothing is live, the budget's shares of pages and of blocked sockets are all there is, and what the readers have
    under way: far less than the budget."""
    t, shares = history, (128 << 20) * 3 // 8 + READERS
    b = bridge(t, memory="128M", warm="0", shards=1, stall_timeout="20s")
    memory = Memory(b)
    clients = await readers_of(b, t)
    over = asyncio.Event()
    sipping = asyncio.create_task(sip(clients, over))
    await within(asyncio.gather(*(arrived(client, 30_000) for client in clients)), "half a minute's bytes")
    over.set()
    await sipping
    await take_some(clients)
    assert b.metric("tailrace_stalled_total") == 0
    memory.assert_within(shares)
    for client in clients:
        await client.cut()
    assert_right(t, *clients, to_the_end=False, truth=known)
