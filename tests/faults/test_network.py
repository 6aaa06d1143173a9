"""What lies between the bridge and Kafka: slow, thin, cut, sliced, silent. Before each broker stands a proxy."""

import asyncio

import pytest

from harness.client import Subscriber
from harness.load import Load
from harness.proxy import Proxies
from ride import ends_of
from steps import finished, joined, reached, written


@pytest.fixture
def proxies(cluster):
    made = Proxies(cluster.proxy_ports, cluster.behind_proxies)
    yield made
    made.close()


async def begun(cluster, topic, bridge, proxies, rate=100, history=300, **flags):
    """A bridge behind the proxies, a topic under load, a live client and one from the beginning."""
    t = topic(3)
    await written(t, history)
    b = bridge(t, bootstrap=cluster.proxied, **flags)
    clients = await joined(b, t, "live", "earliest")
    await reached(t, clients[1])
    return t, b, clients, Load(cluster, t, rate)


async def caught_up(t, clients):
    """Until they have what is produced from now on."""
    probe = await written(t, t.partitions, seed="probe")
    for client in clients:
        await client.reach(t.name, ends_of(probe, t.name))


async def finish(t, clients, load):
    await asyncio.to_thread(load.stop)
    await finished(t, *clients)


@pytest.mark.everyday
@pytest.mark.parametrize("trouble", [
    pytest.param({"latency": 0.2}, id="200-ms"),
    pytest.param({"rate": 64_000}, id="64-kB/s", marks=pytest.mark.further),
    pytest.param({"slice": 1}, id="1-byte-slices"),
])
async def test_a_bad_link(cluster, topic, bridge, proxies, recovery, during, trouble):
    """From before the bridge's start on: it starts over the link, reads back, replays and follows."""
    proxies.set(**trouble)
    t, b, clients, load = await begun(cluster, topic, bridge, proxies, rate=60)
    b = await during(b, *clients)
    with recovery("follows, over the link"):
        await caught_up(t, clients)
    late = await Subscriber({t.name: "earliest"}).connect(b.port)
    with recovery("a replay over it"):
        await caught_up(t, [late])
    assert b.get("/readyz")[0] == 200
    await finish(t, [*clients, late], load)


@pytest.mark.everyday
async def test_connections_are_reset(cluster, topic, bridge, proxies, recovery, during, rng):
    """All of them, again and again, also while a client replays."""
    t, b, clients, load = await begun(cluster, topic, bridge, proxies, memory="2M", warm="0")
    clients.append(await Subscriber({t.name: "earliest"}).connect(b.port))
    met = 0
    async with during.making(b, *clients, seconds=5):
        for _ in range(10):
            met += proxies.reset_all()
            await asyncio.sleep(rng.uniform(0.1, 1))  # the fault's rhythm
    assert met >= 10
    with recovery("follows"):
        await caught_up(t, clients)
    await finish(t, clients, load)


async def test_a_black_hole(cluster, topic, bridge, proxies, recovery, during):
    """Connections stay open and nothing comes back."""
    t, b, clients, load = await begun(cluster, topic, bridge, proxies)
    proxies.set(deaf=True)
    with recovery("noticed"):
        b = await during(b, *clients)
        await asyncio.to_thread(b.wait_log, "kafka not reachable")
    assert b.get("/readyz")[0] == 503
    late = await Subscriber({t.name: "earliest"}).connect(b.port)
    await late.until(lambda: late.control("status"), "the status")
    assert late.control("status").body["kafka"] == "unreachable"
    proxies.set(deaf=False)
    with recovery("follows"):
        await caught_up(t, [*clients, late])
    with recovery("ready"):
        await asyncio.to_thread(b.wait_ready)
    await finish(t, [*clients, late], load)


@pytest.mark.parametrize("when", ["from the start", "later"])
async def test_one_broker_is_silent(cluster, topic, bridge, proxies, recovery, when, seed):
    """To the bridge alone, so that Kafka leaves its partitions where they are: what others lead is served, though late."""
    mixed, other, silent = topic(2, replicas=[[1], [2]]), topic(1, replicas=[[3]]), topic(1, replicas=[[1]])
    for t in (mixed, other, silent):
        await written(t, 100)
    if when == "later":
        b = bridge(mixed, other, silent, bootstrap=cluster.proxied, warm="0")
        await asyncio.to_thread(b.wait_ready)
    proxies.set(only=0, deaf=True)
    if when == "from the start":
        b = bridge(mixed, other, silent, bootstrap=cluster.proxied, warm="0")
    clients = [await Subscriber({t.name: "earliest"}).connect(b.port) for t in (mixed, other, silent)]
    with recovery("what others lead is served", limit=240):
        await clients[1].reach(other.name, other.ends())
        await clients[0].reach(mixed.name, {1: mixed.ends()[1]})
    proxies.set(only=0, deaf=False)
    with recovery("the others follow"):
        for t, client in zip((mixed, other, silent), clients):
            await client.reach(t.name, t.ends())
    for t, client in zip((mixed, other, silent), clients):
        begun = client.control("subscribed").body["position"].rpartition(".")[2]
        assert begun == ",".join(f"{p}:0" for p in range(t.partitions)), "earliest is where each partition begins"
        await finished(t, client)


@pytest.mark.everyday
async def test_kafka_is_down_at_the_start(cluster, topic, bridge, recovery, during):
    """The bridge serves, says so, keeps subscriptions pending and goes on by itself."""
    t = topic(2)
    await written(t, 100)
    b = bridge(t, bootstrap=cluster.proxied)
    await asyncio.to_thread(b.wait_log, "kafka not reachable")
    client = await Subscriber({t.name: "earliest"}).connect(b.port)
    b = await during(b, client)
    await asyncio.to_thread(b.wait_log, "kafka not reachable")
    assert b.get("/readyz")[0] == 503 and b.get("/healthz")[0] == 200
    await client.until(lambda: client.control("status"), "the status")
    assert client.control("status").body["kafka"] == "unreachable"
    assert not client.control("subscribed") and not client.control("error")
    proxies = Proxies(cluster.proxy_ports, cluster.behind_proxies)
    try:
        with recovery("subscribed and served"):
            await client.subscribed(t.name)
            await reached(t, client)
        assert client.control("status").body["kafka"] == "reachable"
        assert b.get("/readyz")[0] == 200
        assert sum("kafka not reachable" in line for line in b.log) == 1, "one line per change of state"
        await finished(t, client)
    finally:
        proxies.close()
