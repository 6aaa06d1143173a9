"""Bridges behind nginx and HAProxy as ops/ has them: live, resume, deploys and deaths under load; every client exact."""

import asyncio

import pytest

from clients import CLIENTS, PATH, subscriber, under_load, wait_for_updates
from harness.client import Subscriber
from harness.kafka import ROOT
from harness.load import fill
from harness.ports import free_ports
from harness.producer import RememberingProducer
from harness.verdict import assert_right
from proxy import TlsTransport


@pytest.fixture(params=["haproxy", "nginx"])
def proxy(request):
    return request.getfixturevalue(request.param)


def public_url(port):
    return f"https://127.0.0.1:{port}/live"


def start(bridge, topic, port=0, **flags):
    """A bridge that takes requests with the prefix and without."""
    return bridge(topic, listen=f"127.0.0.1:{port}", public_url="https://example.com/live", heartbeat="1s", **flags)


async def test_live_and_resume(kafka, topic, bridge, proxy):
    t = topic(3)
    producer = RememberingProducer(kafka.bootstrap)
    t.wrote(producer)
    fill(producer, t, 600, seed="before")
    b = start(bridge, t)
    b.wait_ready()
    p = proxy(b.port)
    client = subscriber(p, {t.name: "earliest"})
    await client.connect(p.port, PATH[p.scheme])
    await client.reach(t.name, t.ends())
    fill(producer, t, 300, seed="live")
    await client.reach(t.name, t.ends())
    await client.cut()
    fill(producer, t, 300, seed="away")
    await client.connect(p.port, PATH[p.scheme])
    await client.reach(t.name, t.ends())
    await client.close()
    await asyncio.to_thread(assert_right, t, client)
    assert client.updates == 1200 and client.receipts


async def test_a_quiet_connection_stays(kafka, topic, bridge, proxy):
    """Heartbeats pass the proxy as they come: nothing waits for a buffer to fill."""
    t = topic(1)
    b = start(bridge, t)
    b.wait_ready()
    p = proxy(b.port)
    client = subscriber(p, {t.name: "live"})
    await client.connect(p.port, PATH[p.scheme])
    await client.until(lambda: sum(c.name == "heartbeat" for c in client.controls) >= 5, "five heartbeats")
    await client.close()


async def test_rolling_deploy(kafka, topic, bridge, proxy):
    """Two bridges are replaced one after the other, each draining; the load goes on."""
    t = topic(4)
    ports = free_ports(2)
    flags = {"drain_grace": "2s", "drain": "2s"}
    bridges = [start(bridge, t, port, **flags) for port in ports]
    for each in bridges:
        each.wait_ready()
    p = proxy(*ports)

    async def deploy(clients):
        for number, port in enumerate(ports):
            assert await asyncio.to_thread(bridges[number].terminate) == 0
            bridges[number] = await asyncio.to_thread(start, bridge, t, port, **flags)
            await asyncio.to_thread(bridges[number].wait_ready)
            await asyncio.gather(*(wait_for_updates(client, 50) for client in clients))

    clients = await under_load(kafka, t, p, deploy)
    assert sum(client.connections for client in clients) > CLIENTS, "nobody was sent away"
    codes = [event for client in clients for event in client.subscriber.controls if event.name == "closing"]
    assert codes, "nobody was told"


async def test_one_of_three_is_killed_again_and_again(kafka, topic, bridge, proxy):
    """kill -9 every ten seconds, and the killed one comes back."""
    t = topic(4)
    ports = free_ports(3)
    bridges = [start(bridge, t, port) for port in ports]
    for each in bridges:
        each.wait_ready()
    p = proxy(*ports)

    async def kill(clients):
        for number, port in enumerate(ports):
            await asyncio.to_thread(bridges[number].kill)
            bridges[number] = await asyncio.to_thread(start, bridge, t, port, memory="4M")
            await asyncio.sleep(10)  # the test's length, not a wait for something
            await asyncio.gather(*(wait_for_updates(client, 50) for client in clients))

    clients = await under_load(kafka, t, p, kill)
    assert sum(client.connections for client in clients) > CLIENTS, "nobody was cut"


async def test_nginx_serves_the_page_while_kafka_is_away(bridge, nginx):
    """However often it is asked whether it is ready: that is no reason to leave the bridge out."""
    (port,) = free_ports(1)
    p = nginx(port)
    b = bridge("some-topic", bootstrap="127.0.0.1:1", listen=f"127.0.0.1:{port}", public_url=public_url(p.port), web=ROOT / "build" / "web")
    p.poll(lambda: p.get("/live/healthz")[0] == 200, "the bridge behind nginx")
    for _ in range(10):
        assert p.get("/live/readyz")[0] == 503
        assert p.get("/live/")[0] == 200
    assert b.get("/readyz")[0] == 503
    good = await TlsTransport.connect(p.port, "/live/ws", origin=f"https://127.0.0.1:{p.port}")
    await good.close()


async def test_the_page_under_a_sub_path_with_tls(kafka, topic, bridge, nginx):
    t = topic(1)
    (port,) = free_ports(1)
    p = nginx(port)
    b = bridge(t, listen=f"127.0.0.1:{port}", public_url=public_url(p.port), web=ROOT / "build" / "web")
    b.wait_ready()
    p.poll(lambda: p.get("/live/readyz")[0] == 200, "the bridge behind nginx")
    status, page = p.get("/live/")
    assert status == 200 and 'src="/' not in page and 'href="/' not in page, "the page must name its files relative to itself"
    assert p.get("/live/app.js")[0] == 200
    assert p.get("/elsewhere")[0] in (403, 404)
    good = await TlsTransport.connect(p.port, "/live/ws", origin=f"https://127.0.0.1:{p.port}")
    await good.close()
    with pytest.raises(Exception, match="403"):
        await TlsTransport.connect(p.port, "/live/ws", origin="https://elsewhere.example")


async def test_haproxy_on_a_sub_path(kafka, topic, bridge, haproxy, tls):
    """What lies outside is not the bridge's; what lies inside goes on from its position."""
    t = topic(1)
    producer = RememberingProducer(kafka.bootstrap)
    t.wrote(producer)
    (port,) = free_ports(1)
    p = haproxy(port, certificate=tls, sub_path="/live")
    b = bridge(t, listen=f"127.0.0.1:{port}", public_url=public_url(p.port), web=ROOT / "build" / "web")
    b.wait_ready()
    p.poll(lambda: p.get("/live/readyz")[0] == 200, "the bridge behind HAProxy")
    assert p.get("/live/")[0] == p.get("/live/app.js")[0] == 200
    assert p.get("/live")[1] == p.get("/live/")[1]  # sent on to the page
    assert [p.get(path)[0] for path in ("/", "/ws", "/livestock", "/elsewhere")] == [404] * 4
    client = Subscriber({t.name: "earliest"}, TlsTransport)
    for seed in ("before", "away"):
        fill(producer, t, 300, seed=seed)
        await client.connect(p.port, "/live/ws")
        await client.reach(t.name, t.ends())
        await client.cut()
    await asyncio.to_thread(assert_right, t, client)


async def reached_again(client, proxy, topic):
    """Everything there is, by way of the proxy; then the line breaks."""
    proxy.poll(lambda: proxy.get("/readyz")[0] == 200, "the bridge behind HAProxy")
    await client.connect(proxy.port)
    await client.reach(topic.name, topic.ends())
    await client.cut()


async def test_haproxy_finds_a_bridge_that_has_another_address(kafka, topic, bridge, haproxy, names):
    """By its name, as in compose where a container is made anew."""
    t = topic(1)
    producer = RememberingProducer(kafka.bootstrap)
    t.wrote(producer)
    (port,) = free_ports(1)
    p = haproxy(f"bridge.test:{port}", names=names)
    client = Subscriber({t.name: "earliest"})
    for address in ("127.0.0.1", "127.0.0.2"):
        names.address = address
        b = bridge(t, listen=f"{address}:{port}")
        fill(producer, t, 300, seed=address)
        await reached_again(client, p, t)
        await asyncio.to_thread(b.kill)
    await asyncio.to_thread(assert_right, t, client)
    assert client.updates == 600


async def test_haproxy_with_tls(kafka, topic, bridge, haproxy, tls):
    t = topic(1)
    b = bridge(t, public_url="https://example.com")
    b.wait_ready()
    p = haproxy(b.port, certificate=tls)
    p.poll(lambda: p.get("/readyz")[0] == 200, "the bridge behind HAProxy")
    client = Subscriber({t.name: "live"}, TlsTransport)
    await client.connect(p.port, "/ws")
    await client.subscribed(t.name)
    await client.close()


async def test_the_page_is_served_while_kafka_is_away(topic, kafka, bridge, haproxy):
    """No bridge is ready, yet the page comes, and a WebSocket too, which says why."""
    b = bridge("some-topic", bootstrap="127.0.0.1:1")
    p = haproxy(b.port)
    p.poll(lambda: p.servers("ready") == set() and p.servers("alive") == {"bridge-1"}, "the checks")
    assert p.get("/healthz")[0] == 200
    assert p.get("/readyz")[0] == 503
    client = Subscriber({})
    await client.connect(p.port)
    await client.until(lambda: client.control("status"), "the status")
    assert client.control("status").body["kafka"] == "unreachable"
    await client.close()
