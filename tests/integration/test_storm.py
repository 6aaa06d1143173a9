"""Fifty clients cut at random, over partitions with transactions mixed in: hot, cold, over the boundary, on bridges that die."""

import asyncio
import os
import random

import pytest

from harness.client import Subscriber
from harness.load import Load, fill
from harness.operator import Operator
from harness.producer import RememberingProducer
from harness.storm import Cutter, Pool
from harness.verdict import assert_right
from harness.waiting import within

SECONDS = float(os.environ.get("TAILRACE_STORM_SECONDS", 60))
CLIENTS = int(os.environ.get("TAILRACE_STORM_CLIENTS", 50))


async def storm(kafka, t, pool, *, seconds, clients, disturb=None, rate=300, starts=("live",), seed=1):
    """Loads the topic for `seconds` while the clients, who start in turn from each of `starts`, are cut again and again; then
    all must reach the end, rightly."""
    load = Load(kafka, t, rate, seed)
    ends = None
    cutters = [Cutter({t.name: starts[n % len(starts)]}, pool, random.Random(f"{seed}-{n}")) for n in range(clients)]
    tasks = [asyncio.create_task(cutter.run(t.name, lambda: ends)) for cutter in cutters]
    if disturb:
        await disturb(seconds)
    else:
        await asyncio.sleep(seconds)  # the test's length, not a wait for something
    await asyncio.to_thread(load.stop)
    ends = t.ends()
    subscribers = await within(asyncio.gather(*tasks), "all clients to reach the end", 600)
    for subscriber in subscribers:
        await subscriber.close()
    truth = await asyncio.to_thread(assert_right, t, *subscribers)
    assert sum(c.connections for c in cutters) > 3 * clients, "hardly anyone was cut"
    assert sum(c.partial for c in cutters) > clients / 2, "hardly anyone was cut within a frame"
    return truth, cutters


async def halfway(b, t):
    """The position of a client that read a part of what is there."""
    subscriber = await Subscriber({t.name: "earliest"}).connect(b.port)
    await subscriber.until(lambda: subscriber.updates > sum(t.ends().values()) / 2, "a half")
    await subscriber.close()
    return {"position": subscriber.chains[t.name].text()}


async def test_storm_hot(kafka, topic, bridge):
    """For a whole minute, and all of it from memory."""
    t = topic(6)
    b = bridge(t)
    await storm(kafka, t, Pool(b), seconds=SECONDS, clients=CLIENTS)
    assert b.metric("tailrace_pages_asked_total") == b.metric("tailrace_pages_read_total") == 0


@pytest.mark.asan
async def test_storm_cold(kafka, topic, bridge):
    """2 MB for everything: most of what the clients miss is only in Kafka. They start from wherever one can."""
    t = topic(6)
    producer = RememberingProducer(kafka.bootstrap)
    t.wrote(producer)
    fill(producer, t, 30_000, seed="history")
    b = bridge(t, memory="2M", warm="0")
    starts = ("earliest", {"last": 5000}, "-1m", await halfway(b, t))
    await storm(kafka, t, Pool(b), seconds=SECONDS / 3, clients=CLIENTS, starts=starts)
    assert b.metric("tailrace_pages_read_total") > 0


async def test_storm_over_two_bridges_that_are_killed(kafka, topic, bridge):
    """kill -9 twice; a second bridge takes over each time, and the next one is another."""
    t = topic(5)
    first, second = bridge(t), bridge(t, warm="0")
    pool = Pool(first, second)

    async def disturb(seconds):
        for victim in (first, second):
            await asyncio.sleep(seconds / 4)
            await pool.replace(victim, None)
            await asyncio.to_thread(victim.kill)
            await asyncio.sleep(seconds / 8)
            await pool.replace(None, await asyncio.to_thread(bridge, t))
        await asyncio.sleep(seconds / 4)

    await storm(kafka, t, pool, seconds=SECONDS / 3, clients=CLIENTS, disturb=disturb)


@pytest.mark.asan
async def test_storm_on_one_bridge_killed_twice(kafka, topic, bridge):
    """With nobody to take over, all wait and come back at once."""
    t = topic(4)
    victim = bridge(t)
    pool = Pool(victim)

    async def disturb(seconds):
        nonlocal victim
        for _ in range(2):
            await asyncio.sleep(seconds / 3)
            await pool.replace(victim, None)
            await asyncio.to_thread(victim.kill)
            victim = await asyncio.to_thread(bridge, t, memory="2M")
            await pool.replace(None, victim)
        await asyncio.sleep(seconds / 3)

    await storm(kafka, t, pool, seconds=SECONDS / 3, clients=CLIENTS, disturb=disturb)


@pytest.mark.quick
@pytest.mark.asan
@pytest.mark.tsan
async def test_small_storm(kafka, topic, bridge):
    """The same in small, for every day."""
    t = topic(4)
    one, two = bridge(t), bridge(t, memory="2M", shards=3)
    await storm(kafka, t, Pool(one, two), seconds=min(SECONDS, 8), clients=10, rate=600,
                starts=("live", {"last": 20}, "-2s"))


@pytest.mark.asan
@pytest.mark.tsan
async def test_storm_under_an_operator_who_never_rests(kafka, topic, bridge, tmp_path):
    """Reloads, the admin listener's pages and the wire log, while clients are cut and records flow: nobody notices."""
    t, extra = topic(4), topic(1)
    path = tmp_path / "tailrace.yaml"
    Operator.begin(path)
    b = bridge(t, memory="2M", shards=3, config=path)
    operator = Operator(b, path, extra.name)
    await storm(kafka, t, Pool(b), seconds=min(SECONDS, 8), clients=10, rate=600, disturb=operator.work)
    assert operator.rounds > 2 and operator.seen > 0, (operator.rounds, operator.seen)


@pytest.mark.quick
@pytest.mark.asan
@pytest.mark.tsan
async def test_resume_over_the_boundary(kafka, topic, bridge):
    """A position that is cold, and a log in memory that begins somewhere after it."""
    t = topic(4)
    producer = RememberingProducer(kafka.bootstrap)
    t.wrote(producer)
    fill(producer, t, 5000, seed="a")
    early = bridge(t, warm="0")
    cutters = [Cutter({t.name: "earliest"}, Pool(early), random.Random(n)) for n in range(5)]
    for n, cutter in enumerate(cutters):
        await cutter.subscriber.connect(early.port)
        await cutter.subscriber.until(lambda: cutter.subscriber.updates >= 400 * n, "a part")
        await cutter.subscriber.cut()
    fill(producer, t, 3000, seed="b")
    late = bridge(t, warm="0")
    watcher = await cutters[0].subscriber.connect(late.port)  # the log of `late` begins now
    await watcher.subscribed(t.name)
    fill(producer, t, 3000, seed="c")
    for cutter in cutters[1:]:
        await cutter.subscriber.connect(late.port)
    for cutter in cutters:
        await cutter.subscriber.reach(t.name, t.ends())
        await cutter.subscriber.close()
    assert_right(t, *(cutter.subscriber for cutter in cutters))
