"""From topic to socket: what a live subscriber sees, and what everyone can ask."""

import asyncio
import base64
import json
import pathlib
import sys

import pytest

from checker import position
from checker.check import schema
from checker.truth import Truth
from harness.client import Subscriber, WireTransport
from harness.load import fill, fill_with_transactions
from harness.producer import RememberingProducer, TransactionalProducer
from harness.verdict import assert_right
from harness.waiting import within

pytestmark = [pytest.mark.quick, pytest.mark.asan]
GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "schemas" / "golden"


@pytest.fixture(scope="module")
def quiet(shared_topic):
    """A topic that stays empty."""
    return shared_topic(1)


@pytest.fixture(scope="module")
def idle(shared_bridge, quiet):
    """A bridge for what needs no records."""
    return shared_bridge(quiet)


def plain(kafka, topic):
    producer = RememberingProducer(kafka.bootstrap)
    topic.wrote(producer)
    return producer


async def test_live_subscriber_gets_every_record_once(kafka, topic, bridge):
    t = topic()
    producer = plain(kafka, t)
    fill(producer, t, 100, seed="before")
    b = bridge(t)
    subscriber = await Subscriber({t.name: "live"}).connect(b.port)
    await subscriber.subscribed(t.name)
    fill(producer, t, 1000, seed="after")
    await subscriber.reach(t.name, t.ends())
    await subscriber.close()
    assert_right(t, subscriber)
    assert subscriber.updates == 1000


async def test_every_golden_record_travels_verbatim(kafka, topic, bridge):
    t = topic(1, max_message_bytes=4 << 20, retention_ms=-1)
    producer = plain(kafka, t)
    b = bridge(t)
    subscriber = await Subscriber({t.name: "live"}).connect(b.port)
    await subscriber.subscribed(t.name)
    for case in json.loads((GOLDEN / "records.json").read_text())["records"]:
        produce_golden(producer, t, case)
    for size in (1 << 20, (1 << 20) + 1):
        producer.send(t.name, b"a" * (size - 3), key=b"key", partition=0)
        producer.send(t.name, b"\x01" * size, partition=0)
    producer.flush()
    await subscriber.reach(t.name, t.ends())
    await subscriber.close()
    truth = assert_right(t, subscriber)
    assert len(truth.offsets(0, 0, 10000)) > 100


def produce_golden(producer, topic, case):
    fill_ = case.get("value_fill")
    value = bytes([fill_["byte"]]) * fill_["count"] if fill_ else decode(case["value_b64"])
    headers = [(decode(n), decode(v)) for n, v in case["headers"]]
    if all(utf8(name) is not None for name, _ in headers):  # the producer's library takes names as text only
        producer.send(topic.name, value, key=decode(case["key_b64"]), partition=0, headers=[(utf8(n), v) for n, v in headers],
                      timestamp=case["timestamp"] if 0 < case["timestamp"] < 2e12 else None)


def decode(text):
    return None if text is None else base64.b64decode(text)


def utf8(data):
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


async def test_aborted_records_never_come_and_their_offsets_are_covered(kafka, topic, bridge):
    t = topic(2)
    producer = TransactionalProducer(kafka.bootstrap)
    t.wrote(producer)
    b = bridge(t)
    subscriber = await Subscriber({t.name: "live"}).connect(b.port)
    await subscriber.subscribed(t.name)
    fill_with_transactions(producer, t, 300)  # ends with an aborted one
    producer.begin()
    fill(producer, t, 10)
    producer.abort()
    ends = kafka.offsets(t.name, -1)
    await subscriber.reach(t.name, ends)
    await subscriber.close()
    truth = assert_right(t, subscriber)
    assert subscriber.updates == 200
    assert all(ends[p] > truth.end(p) for p in ends), "there was a trailing hole to cover"


async def test_the_query_subscribes_by_itself(kafka, topic, bridge):
    t, u = topic(1), topic(1)
    producer = plain(kafka, t)
    u.wrote(producer)
    b = bridge(t, u)
    subscriber = Subscriber({})
    await subscriber.connect(b.port, f"/ws?channel={t.name}&channel={u.name}&from=live")
    await subscriber.subscribed(t.name)
    await subscriber.subscribed(u.name)
    fill(producer, t, 10)
    fill(producer, u, 10)
    await subscriber.reach(t.name, t.ends())
    await subscriber.reach(u.name, u.ends())
    await subscriber.close()
    assert_right(t, subscriber)
    assert_right(u, subscriber)


@pytest.mark.parametrize("query,code", [("channel=no-such", "channel_unavailable"), ("channel={t}&from=yesterday", "bad_field"),
                                        ("channel={t}&from=v1.x", "position_invalid")])
async def test_a_bad_query_is_told_and_the_connection_stays(quiet, idle, query, code):
    subscriber = await Subscriber({}).connect(idle.port, "/ws?" + query.format(t=quiet.name))
    await subscriber.until(lambda: subscriber.control("error"), "an error")
    assert subscriber.control("error").body["code"] == code
    assert (await subscriber.reply(await subscriber.ask("ping"))).name == "pong"
    await subscriber.close()


async def test_plain_tools_work(kafka, topic, bridge):
    """python3 -m websockets, by hand."""
    t = topic(1)
    b = bridge(t)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "websockets", f"ws://127.0.0.1:{b.port}/ws?channel={t.name}",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
    await within(read_until(process.stdout, b'"subscribed"'), "the subscription")
    plain(kafka, t).send(t.name, b'{"cpu":3.5}', key=b"host-1")
    await within(read_until(process.stdout, b'"k":"host-1","v":{"cpu":3.5}}'), "the record")
    process.stdin.close()
    await within(process.wait(), "the tool to end")


async def read_until(stream, text):
    seen = b""
    while text not in seen:
        data = await stream.read(4096)
        assert data, seen
        seen += data


async def test_unsubscribed_channel_is_silent_until_subscribed_again(kafka, topic, bridge):
    t, other = topic(2), topic(1)
    producer = plain(kafka, t)
    other.wrote(producer)
    b = bridge(t, other)
    subscriber = await Subscriber({t.name: "live", other.name: "live"}).connect(b.port)
    await subscriber.subscribed(t.name)
    await subscriber.subscribed(other.name)
    fill(producer, t, 50)
    await subscriber.reach(t.name, t.ends())
    reply = await subscriber.reply(await subscriber.ask("unsubscribe", channel=t.name))
    assert reply.raw == f'{{"unsubscribed":{{"channel":"{t.name}"}},"id":{reply.id}}}'
    fill(producer, t, 50)
    fill(producer, other, 50)
    await subscriber.reach(other.name, other.ends())
    assert subscriber.updates == 100
    await subscriber.subscribe(t.name)
    await subscriber.reach(t.name, t.ends())
    await subscriber.close()
    assert_right(t, subscriber)
    assert_right(other, subscriber)


async def test_subscribing_twice_is_refused_and_the_first_goes_on(kafka, topic, bridge):
    t = topic(2)
    producer = plain(kafka, t)
    b = bridge(t)
    subscriber = await Subscriber({t.name: "live"}).connect(b.port)
    await subscriber.subscribed(t.name)
    reply = await subscriber.reply(await subscriber.ask("subscribe", channel=t.name))
    assert (reply.name, reply.body["code"], reply.body["channel"]) == ("error", "already_subscribed", t.name)
    fill(producer, t, 100)
    await subscriber.reach(t.name, t.ends())
    await subscriber.close()
    assert subscriber.updates == 100
    assert_right(t, subscriber)


@pytest.mark.parametrize("op,code", [("subscribe", "channel_unavailable"), ("unsubscribe", "not_subscribed"), ("times", "channel_unavailable")])
async def test_unknown_channel_is_a_coded_error(idle, op, code):
    subscriber = await Subscriber({}).connect(idle.port)
    reply = await subscriber.reply(await subscriber.ask(op, channel="no-such", **({"at": [0]} if op == "times" else {})))
    assert (reply.name, reply.body["code"], reply.body["retry"], reply.body["channel"]) == ("error", code, False, "no-such")
    await subscriber.close()


async def test_internal_topics_are_no_channels(idle):
    subscriber = await Subscriber({}).connect(idle.port)
    reply = await subscriber.reply(await subscriber.ask("subscribe", channel="__consumer_offsets"))
    assert reply.body["code"] == "channel_unavailable"
    await subscriber.close()


async def test_channels_tell_the_offsets_that_kafka_has(kafka, topic, bridge, tmp_path):
    t = topic(3)
    producer = plain(kafka, t)
    fill(producer, t, 300)
    kafka.delete_records(t.name, {1: 40}, tmp_path)
    b = bridge(t, heartbeat="1s")
    subscriber = await Subscriber({t.name: "live"}).connect(b.port)
    await subscriber.subscribed(t.name)
    wanted = [[0, 0, 100], [1, 40, 100], [2, 0, 100]]
    while (reply := await subscriber.reply(await subscriber.ask("channels"))).body[0]["partitions"] != wanted:
        assert [row[0] for row in reply.body[0]["partitions"]] in ([], [0, 1, 2])
        beats = len(subscriber.controls)  # the bridge's numbers follow within seconds: ask at each heartbeat
        await subscriber.until(lambda: any(c.name == "heartbeat" for c in subscriber.controls[beats:]), f"{wanted}")
    assert [(c["name"], c["topic"]) for c in reply.body] == [(t.name, t.name)]
    await subscriber.close()


async def test_ping_is_answered_with_the_servers_clock(idle):
    subscriber = await Subscriber({}).connect(idle.port)
    times = [(await subscriber.reply(await subscriber.ask("ping"))).body["time"] for _ in range(3)]
    assert times == sorted(times) and times[0] >= subscriber.control("welcome").body["time"] > 1.7e12
    await subscriber.close()


async def test_auth_is_answered_by_a_bridge_without_tokens(idle):
    subscriber = await Subscriber({}).connect(idle.port)
    reply = await subscriber.reply(await subscriber.ask("auth", token="a.b.c"))
    assert reply.raw == f'{{"authenticated":{{"expires":null}},"id":{reply.id}}}'
    await subscriber.close()


async def test_heartbeats_come_when_nothing_else_does(topic, bridge):
    b = bridge(topic(1), heartbeat="1s")
    subscriber = await Subscriber({}).connect(b.port)
    await subscriber.until(lambda: len([c for c in subscriber.controls if c.name == "heartbeat"]) >= 3, "three heartbeats")
    assert subscriber.control("welcome").body["heartbeat"] == 1000
    assert all(schema("server.schema.json").is_valid(json.loads(c.raw)) for c in subscriber.controls)
    await subscriber.close()


async def test_many_channels_on_one_connection(kafka, topic, bridge):
    topics = [topic(2) for _ in range(10)]
    producer = RememberingProducer(kafka.bootstrap)
    b = bridge(*topics)
    subscriber = await Subscriber({t.name: "live" for t in topics}).connect(b.port)
    for t in topics:
        t.wrote(producer)
        await subscriber.subscribed(t.name)
    for t in topics * 3:
        fill(producer, t, 40)
    for t in topics:
        await subscriber.reach(t.name, t.ends())
    await subscriber.close()
    for number, t in enumerate(topics):
        seen = [(a.partition, a.record) for a in t.acked()]  # a Java consumer takes seconds: it reads every fourth topic
        assert_right(t, subscriber, truth=Truth(t.acked(), seen) if number % 4 else None)


async def test_subscribed_position_resumes_a_quiet_channel(kafka, topic, bridge):
    """A client that never received an update can resume, with anchors."""
    t = topic(2)
    producer = plain(kafka, t)
    fill(producer, t, 20)
    b = bridge(t)
    subscriber = await Subscriber({t.name: "live"}).connect(b.port)
    text = await subscriber.subscribed(t.name)
    assert {p: (e.next, e.anchor) for p, e in position.parse(text)[1].items()} == {0: (10, 9), 1: (10, 9)}
    await subscriber.cut()
    fill(producer, t, 20)
    await subscriber.connect(b.port)
    await subscriber.reach(t.name, t.ends())
    await subscriber.close()
    assert_right(t, subscriber)
    assert subscriber.updates == 20


def test_http_answers(idle):
    idle.wait_ready()
    assert idle.get("/healthz")[0] == 200
    assert idle.get("/readyz")[0] == 200
    assert idle.get("/no-such-page")[0] == 404
    assert idle.get("/ws")[0] == 426
    assert idle.get("/ws", method="POST")[0] == 405


async def test_a_connection_by_hand_and_one_by_a_library_see_the_same(kafka, topic, bridge):
    t = topic(2)
    producer = plain(kafka, t)
    b = bridge(t)
    both = [Subscriber({t.name: "live"}), Subscriber({t.name: "live"}, WireTransport, read_size=11)]
    for subscriber in both:
        await subscriber.connect(b.port)
        await subscriber.subscribed(t.name)
    fill(producer, t, 200)
    for subscriber in both:
        await subscriber.reach(t.name, t.ends())
        await subscriber.close()
    assert_right(t, *both)
