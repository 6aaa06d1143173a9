"""Kafka over TLS and with passwords, through `--kafka KEY=VALUE`."""

import asyncio

import pytest

from harness.client import Subscriber
from harness.verdict import assert_right
from secure import PASSWORD
from steps import finished, joined, reached, written

pytestmark = pytest.mark.cluster("secure")


def settings(cluster, way, password=PASSWORD, ca="ca.pem"):
    """(the listener, librdkafka's settings) for one of the ways in."""
    listener, mechanism = {"tls": ("TLS", None), "plain": ("SASL", "PLAIN"), "scram-256": ("SASL", "SCRAM-SHA-256"),
                           "scram-512": ("SASL", "SCRAM-SHA-512"), "scram-without-tls": ("BARE", "SCRAM-SHA-256")}[way]
    wanted = {"security.protocol": {"TLS": "SSL", "SASL": "SASL_SSL", "BARE": "SASL_PLAINTEXT"}[listener]}
    if listener != "BARE":
        wanted["ssl.ca.location"] = str(cluster.folder / ca)
    if mechanism:
        user = "plain" if mechanism == "PLAIN" else "scram"
        wanted.update({"sasl.mechanism": mechanism, "sasl.username": user, "sasl.password": password})
    return cluster.addresses[listener.lower()], wanted


def flags(wanted):
    return [f"{key}={value}" for key, value in wanted.items()]


@pytest.mark.everyday
@pytest.mark.parametrize("way", ["plain", *(pytest.param(way, marks=pytest.mark.further)
                                           for way in ("tls", "scram-256", "scram-512", "scram-without-tls"))])
async def test_a_way_in(cluster, topic, bridge, recovery, way):
    """Live, from the beginning and resumed: every handle of the bridge gets in."""
    t = topic(2)
    await written(t, 300)
    address, wanted = settings(cluster, way)
    b = bridge(t, bootstrap=address, warm="0", kafka=flags(wanted))
    clients = [await Subscriber({t.name: start}).connect(b.port) for start in ("live", "earliest")]
    with recovery("connected and served"):
        for client in clients:
            await client.subscribed(t.name)
        await reached(t, clients[1])
    await clients[1].cut()
    await written(t, 100, seed="later")
    await clients[1].connect(b.port)
    await finished(t, *clients)
    assert PASSWORD not in "".join(b.log)


@pytest.mark.everyday
@pytest.mark.parametrize("wrong,said", [({"password": "wrong"}, "uthentication"), ({"ca": "other.pem"}, "certificate")])
async def test_a_wrong_way_is_said(cluster, topic, bridge, wrong, said):
    """The bridge serves and says what is wrong, once; no password is in its log."""
    t = topic(1)
    address, wanted = settings(cluster, "plain", **wrong)
    b = bridge(t, bootstrap=address, kafka=flags(wanted))
    line = await asyncio.to_thread(b.wait_log, "kafka not reachable.*")
    assert said in line.group(0), line.group(0)
    client = await Subscriber({t.name: "live"}).connect(b.port)
    await client.until(lambda: client.control("status"), "the status")
    assert b.get("/readyz")[0] == 503
    await client.close()
    assert PASSWORD not in "".join(b.log) and "wrong" not in "".join(b.log)


async def test_a_secret_from_a_file(cluster, topic, bridge, tmp_path):
    t = topic(1)
    await written(t, 10)
    address, wanted = settings(cluster, "plain")
    secret = tmp_path / "password"
    secret.write_text(wanted.pop("sasl.password") + "\n")
    b = bridge(t, bootstrap=address, kafka=flags({**wanted, "sasl.password.file": secret}))
    await finished(t, *await joined(b, t, "earliest"))


@pytest.mark.everyday
@pytest.mark.parametrize("operation", ["All", pytest.param("Describe", marks=pytest.mark.further)])
async def test_a_denied_topic_fails_alone_and_recovers(cluster, topic, bridge, recovery, operation):
    allowed, denied = topic(1), topic(1)
    for t in (allowed, denied):
        await written(t, 50)
    await asyncio.to_thread(cluster.acl, "--add", denied.name, operation)
    address, wanted = settings(cluster, "scram-256")
    b = bridge(allowed, denied, bootstrap=address, kafka=flags(wanted))
    (client,) = await joined(b, allowed, "earliest")
    await reached(allowed, client)
    client.wants[denied.name] = "earliest"
    reply = await client.reply(await client.subscribe(denied.name))
    assert (reply.name, reply.body["code"], reply.body["retry"]) == ("error", "topic_unavailable", True)
    await asyncio.to_thread(cluster.acl, "--remove", denied.name, operation)
    with recovery("it is there"):
        while (await client.reply(await client.subscribe(denied.name))).name == "error":
            await asyncio.sleep(0.2)  # only asking shows
        await reached(denied, client)
    await asyncio.to_thread(cluster.acl, "--add", denied.name, operation)
    with recovery("it is told when the right is lost"):
        await client.until(lambda: (client.control("unsubscribed") or reply).body.get("code") == "topic_unavailable"
                           and client.control("unsubscribed"), "the channel's end")
    await written(allowed, 50, seed="after")
    await finished(allowed, client)
    await asyncio.to_thread(assert_right, denied, client)


@pytest.mark.everyday
@pytest.mark.parametrize("beside", [(), ("^nothing-.*",)], ids=["alone", "beside-a-pattern"])
async def test_a_place_outlasts_that_its_topic_is_denied(cluster, topic, bridge, beside):
    """Who comes back meanwhile is told so, not that the topic is another one."""
    t = topic(1)
    await written(t, 50)
    address, wanted = settings(cluster, "scram-256")
    b = bridge(t, *beside, bootstrap=address, kafka=flags(wanted))
    (client,) = await joined(b, t, "earliest")
    await reached(t, client)
    await client.cut()
    b.kill()
    await asyncio.to_thread(cluster.acl, "--add", t.name, "Describe")
    b = bridge(t, *beside, bootstrap=address, kafka=flags(wanted))
    client.wants = {}
    await client.connect(b.port)
    client.wants = {t.name: "earliest"}
    reply = await client.reply(await client.subscribe(t.name))
    assert (reply.name, reply.body["code"], reply.body["retry"]) == ("error", "topic_unavailable", True)
    await asyncio.to_thread(cluster.acl, "--remove", t.name, "Describe")
    while (await client.reply(await client.subscribe(t.name))).name == "error":
        await asyncio.sleep(0.2)  # only asking shows
    await finished(t, client)
