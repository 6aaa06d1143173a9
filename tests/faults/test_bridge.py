"""What befalls the bridge itself: frozen, out of descriptors, a clock that jumps."""

import asyncio
import pathlib
import resource
import subprocess

import pytest

from harness.bridge import binary
from harness.load import fill
from harness.producer import TransactionalProducer
from steps import finished, joined, reached, written


async def test_frozen_for_20_s(ride, seed):
    await ride.begin(seed=seed, transactions=True)
    ride.bridge.pause()
    async with ride.making(seconds=20):
        await asyncio.sleep(20)
    ride.bridge.resume()
    await ride.recovered()
    await ride.finish()


@pytest.mark.everyday
async def test_descriptors_exhausted(topic, bridge, recovery, during):
    """Clients take all of them; those that are in go on, and when some leave others get in again."""
    t = topic(2)
    b = bridge(t)
    (client,) = await joined(b, t, "live")
    await written(t, 20)
    await reached(t, client)
    used = len(list(pathlib.Path(f"/proc/{b.process.pid}/fd").iterdir()))
    _, hard = resource.prlimit(b.process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(b.process.pid, resource.RLIMIT_NOFILE, (used + 10, hard))
    crowd = [await asyncio.open_connection("127.0.0.1", b.port) for _ in range(50)]
    async with during.making(b, client) as midst:
        await written(t, 200, seed="crowded")
    b = midst.bridge
    with recovery("those that are in go on"):
        await reached(t, client)
    for _, writer in crowd:
        writer.close()
    with recovery("others get in again"):
        (late,) = await joined(b, t, "earliest")
        await reached(t, late)
    await finished(t, client, late)


@pytest.fixture(scope="session")
def jumping_clock(tmp_path_factory):
    """A library to preload."""
    library = tmp_path_factory.mktemp("clock") / "jumping_clock.so"
    source = pathlib.Path(__file__).with_name("jumping_clock.cpp")
    subprocess.run(["g++", "-shared", "-fPIC", "-O2", "-o", library, source], check=True)
    return library


@pytest.fixture
def clock(tmp_path, monkeypatch, jumping_clock):
    """The file that says by how many seconds the clock of this test's bridges is off."""
    file, program = tmp_path / "clock", tmp_path / "tailrace"
    file.write_text("0")
    program.write_text(f'#!/bin/sh\nLD_PRELOAD="{jumping_clock}" JUMPING_CLOCK="{file}" exec "{binary()}" "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("TAILRACE_BIN", str(program))
    return file


async def jump(clock, client, before, after):
    """The client's bridge is off by `after` seconds from now on, and its heartbeats go on."""
    then = (await client.reply(await client.ask("ping"))).body["time"]
    clock.write_text(str(after))
    now = (await client.reply(await client.ask("ping"))).body["time"]
    assert abs(now - then - 1000 * (after - before)) < 600_000, "the jump is seen"
    beats = len(client.controls)
    await client.until(lambda: sum(c.name == "heartbeat" for c in client.controls[beats:]) >= 2, "heartbeats go on")


async def aborted(cluster, t):
    """Where the topic ends after a transaction of which nothing is left."""
    producer = await asyncio.to_thread(TransactionalProducer, cluster.bootstrap)
    t.wrote(producer)
    producer.begin()
    await asyncio.to_thread(fill, producer, t, 40)
    await asyncio.to_thread(producer.abort)
    return await asyncio.to_thread(cluster.offsets, t.name, -1)


@pytest.mark.everyday
@pytest.mark.parametrize("jumps", [
    pytest.param([-3600], id="-3600"), pytest.param([3600], id="3600", marks=pytest.mark.further),
    pytest.param([86400, 0], id="86400-and-back", marks=pytest.mark.further),
    pytest.param([-86400, 0], id="-86400-and-back", marks=pytest.mark.further)])
async def test_the_clock_jumps(cluster, topic, bridge, recovery, during, clock, jumps):
    """Only the wall clock: heartbeats, checks and sessions go by the steady one."""
    t = topic(2)
    await written(t, 100)
    b = bridge(t, heartbeat="1s")
    clients = await joined(b, t, "live", "earliest")
    for before, after in zip([0, *jumps], jumps):
        await jump(clock, clients[0], before, after)
        async with during.making(b, *clients) as midst:
            await written(t, 100, seed=f"at {after}")
        b = midst.bridge
        with recovery("follows"):
            await reached(t, *clients)
        end = await aborted(cluster, t)
        with recovery("covers what was aborted"):
            for client in clients:
                await client.reach(t.name, end)
        t.partitions += 1
        cluster.grow_topic(t.name, t.partitions)
        await written(t, 30, seed=f"grown at {after}")
        with recovery("sees what is new"):
            await reached(t, *clients)
    await finished(t, *clients)
