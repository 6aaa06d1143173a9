"""What lies between the bridge and Kafka: slow, thin, cut, sliced, silent. The bridge's broker is a proxy."""

import asyncio

import pytest

from harness.client import Subscriber
from harness.load import Load, fill
from harness.producer import RememberingProducer
from harness.proxy import Proxy
from harness.verdict import assert_right
from ride import ends_of


@pytest.fixture
def proxy(cluster):
    made = Proxy(cluster.proxy_port, cluster.behind_proxy)
    yield made
    made.close()


async def begun(cluster, topic, bridge, proxy, rate=100, history=300, **flags):
    """A bridge behind the proxy, a topic under load, a live client and one from the beginning."""
    t = topic(3)
    past = RememberingProducer(cluster.bootstrap)
    t.wrote(past)
    await asyncio.to_thread(fill, past, t, history)
    b = bridge(t, bootstrap=f"127.0.0.1:{proxy.port}", **flags)
    clients = [await Subscriber({t.name: start}).connect(b.port) for start in ("live", "earliest")]
    for client in clients:
        await client.subscribed(t.name)
    await clients[1].reach(t.name, t.ends())
    load = Load(cluster, t, rate)
    return t, b, clients, load


async def caught_up(cluster, t, clients):
    """Until they have what is produced from now on."""
    probe = RememberingProducer(cluster.bootstrap)
    t.wrote(probe)
    await asyncio.to_thread(fill, probe, t, t.partitions, seed="probe")
    for client in clients:
        await client.reach(t.name, ends_of(probe, t.name))


async def finish(t, clients, load):
    await asyncio.to_thread(load.stop)
    for client in clients:
        await client.reach(t.name, t.ends())
        await client.close()
    await asyncio.to_thread(assert_right, t, *clients)


@pytest.mark.everyday
@pytest.mark.parametrize("trouble", [
    pytest.param({"latency": 0.2}, id="200-ms"),
    pytest.param({"rate": 64_000}, id="64-kB/s"),
    pytest.param({"slice": 1}, id="1-byte-slices"),
])
async def test_a_bad_link(cluster, topic, bridge, proxy, recovery, trouble):
    """From before the bridge's start on: it starts over the link, reads back, replays and follows."""
    vars(proxy).update(trouble)
    t, b, clients, load = await begun(cluster, topic, bridge, proxy, rate=60)
    with recovery("follows, over the link"):
        await caught_up(cluster, t, clients)
    late = await Subscriber({t.name: "earliest"}).connect(b.port)
    with recovery("a replay over it"):
        await caught_up(cluster, t, [late])
    assert b.get("/readyz")[0] == 200
    await finish(t, [*clients, late], load)


@pytest.mark.everyday
async def test_connections_are_reset(cluster, topic, bridge, proxy, recovery, rng):
    """All of them, again and again, also while a client replays."""
    t, b, clients, load = await begun(cluster, topic, bridge, proxy, memory="2M", warm="0")
    clients.append(await Subscriber({t.name: "earliest"}).connect(b.port))
    for _ in range(10):
        assert proxy.reset_all() > 0
        await asyncio.sleep(rng.uniform(0.1, 1))  # the fault's rhythm
    with recovery("follows"):
        await caught_up(cluster, t, clients)
    await finish(t, clients, load)


async def test_a_black_hole(cluster, topic, bridge, proxy, recovery):
    """Connections stay open and nothing comes back."""
    t, b, clients, load = await begun(cluster, topic, bridge, proxy)
    proxy.deaf = True
    with recovery("noticed"):
        await asyncio.to_thread(b.wait_log, "kafka not reachable")
    assert b.get("/readyz")[0] == 503
    late = await Subscriber({t.name: "earliest"}).connect(b.port)
    await late.until(lambda: late.control("status"), "the status")
    assert late.control("status").body["kafka"] == "unreachable"
    proxy.deaf = False
    with recovery("follows"):
        await caught_up(cluster, t, [*clients, late])
    with recovery("ready"):
        await asyncio.to_thread(b.wait_ready)
    await finish(t, [*clients, late], load)


@pytest.mark.everyday
async def test_kafka_is_down_at_the_start(cluster, topic, bridge, recovery):
    """The bridge serves, says so, keeps subscriptions pending and goes on by itself."""
    t = topic(2)
    producer = RememberingProducer(cluster.bootstrap)
    t.wrote(producer)
    await asyncio.to_thread(fill, producer, t, 100)
    b = bridge(t, bootstrap=f"127.0.0.1:{cluster.proxy_port}")
    await asyncio.to_thread(b.wait_log, "kafka not reachable")
    assert b.get("/readyz")[0] == 503 and b.get("/healthz")[0] == 200
    client = await Subscriber({t.name: "earliest"}).connect(b.port)
    await client.until(lambda: client.control("status"), "the status")
    assert client.control("status").body["kafka"] == "unreachable"
    assert not client.control("subscribed") and not client.control("error")
    proxy = Proxy(cluster.proxy_port, cluster.behind_proxy)
    try:
        with recovery("subscribed and served"):
            await client.subscribed(t.name)
            await client.reach(t.name, t.ends())
        assert client.control("status").body["kafka"] == "reachable"
        assert b.get("/readyz")[0] == 200
        await client.close()
        assert sum("kafka not reachable" in line for line in b.log) == 1, "one line per change of state"
    finally:
        proxy.close()
    await asyncio.to_thread(assert_right, t, client)
