"""What befalls the bridge itself: frozen, out of descriptors, a clock that jumps."""

import asyncio
import pathlib
import resource
import subprocess

import pytest

from harness.client import Subscriber
from harness.load import fill
from harness.producer import RememberingProducer, TransactionalProducer
from harness.verdict import assert_right


async def test_frozen_for_20_s(ride, seed):
    await ride.begin(seed=seed, transactions=True)
    ride.bridge.pause()
    await asyncio.sleep(20)
    ride.bridge.resume()
    await ride.recovered()
    await ride.during()
    await ride.finish()


@pytest.mark.everyday
async def test_descriptors_exhausted(cluster, topic, bridge, recovery):
    """Clients take all of them; those that are in go on, and when some leave others get in again."""
    t = topic(2)
    producer = RememberingProducer(cluster.bootstrap)
    t.wrote(producer)
    b = bridge(t)
    client = await Subscriber({t.name: "live"}).connect(b.port)
    await client.subscribed(t.name)
    await asyncio.to_thread(fill, producer, t, 20)
    await client.reach(t.name, t.ends())
    used = len(list(pathlib.Path(f"/proc/{b.process.pid}/fd").iterdir()))
    _, hard = resource.prlimit(b.process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(b.process.pid, resource.RLIMIT_NOFILE, (used + 10, hard))
    crowd = [await asyncio.open_connection("127.0.0.1", b.port) for _ in range(50)]
    await asyncio.to_thread(fill, producer, t, 200, seed="crowded")
    with recovery("those that are in go on"):
        await client.reach(t.name, t.ends())
    for _, writer in crowd:
        writer.close()
    with recovery("others get in again"):
        late = await Subscriber({t.name: "earliest"}).connect(b.port)
        await late.subscribed(t.name)
        await late.reach(t.name, t.ends())
    for each in (client, late):
        await each.close()
    await asyncio.to_thread(assert_right, t, client, late)


@pytest.fixture(scope="session")
def jumping_clock(tmp_path_factory):
    """A library to preload."""
    library = tmp_path_factory.mktemp("clock") / "jumping_clock.so"
    source = pathlib.Path(__file__).with_name("jumping_clock.cpp")
    subprocess.run(["g++", "-shared", "-fPIC", "-O2", "-o", library, source], check=True)
    return library


@pytest.mark.everyday
@pytest.mark.parametrize("jump", ["-3600", "3600", pytest.param("86400", marks=pytest.mark.further)])
async def test_the_clock_jumps(cluster, topic, bridge, recovery, tmp_path, monkeypatch, jumping_clock, jump):
    """Only the wall clock: heartbeats, checks and sessions go by the steady one."""
    clock = tmp_path / "clock"
    clock.write_text("0")
    t = topic(2)
    producer = RememberingProducer(cluster.bootstrap)
    t.wrote(producer)
    await asyncio.to_thread(fill, producer, t, 100)
    monkeypatch.setenv("LD_PRELOAD", str(jumping_clock))
    monkeypatch.setenv("JUMPING_CLOCK", str(clock))
    b = bridge(t, heartbeat="1s")
    monkeypatch.undo()
    clients = [await Subscriber({t.name: start}).connect(b.port) for start in ("live", "earliest")]
    for client in clients:
        await client.subscribed(t.name)
    transactional = TransactionalProducer(cluster.bootstrap)
    t.wrote(transactional)
    before = (await clients[0].reply(await clients[0].ask("ping"))).body["time"]
    clock.write_text(jump)
    now = (await clients[0].reply(await clients[0].ask("ping"))).body["time"]
    assert abs(now - before - 1000 * int(jump)) < 600_000, "the jump is seen"
    beats = len(clients[0].controls)
    await clients[0].until(lambda: sum(c.name == "heartbeat" for c in clients[0].controls[beats:]) >= 2, "heartbeats go on")
    await asyncio.to_thread(fill, producer, t, 100, seed="after the jump")
    with recovery("follows"):
        for client in clients:
            await client.reach(t.name, t.ends())
    transactional.begin()
    await asyncio.to_thread(fill, transactional, t, 40)
    await asyncio.to_thread(transactional.abort)
    end = await asyncio.to_thread(cluster.offsets, t.name, -1)
    with recovery("covers what was aborted"):
        for client in clients:
            await client.reach(t.name, end)
    cluster.grow_topic(t.name, 3)
    t.partitions = 3
    grown = RememberingProducer(cluster.bootstrap)
    t.wrote(grown)
    await asyncio.to_thread(fill, grown, t, 30, seed="grown")
    with recovery("sees what is new"):
        for client in clients:
            await client.reach(t.name, t.ends())
            await client.close()
    await asyncio.to_thread(assert_right, t, *clients)
