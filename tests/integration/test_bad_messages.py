"""Every golden bad message gets its coded error, and nobody else notices."""

import json
import pathlib

import pytest

from checker.check import schema
from harness.client import Subscriber, WireTransport
from harness.load import fill
from harness.producer import RememberingProducer
from harness.verdict import assert_right
from harness.waiting import within
from harness.wire import BINARY, Wire, encode

pytestmark = [pytest.mark.quick, pytest.mark.asan]
GOLDEN = json.loads((pathlib.Path(__file__).resolve().parents[2] / "schemas" / "golden" / "client.json").read_text())
FAULTS = {"bad_json", "binary_message", "bad_field", "unknown_op", "position_invalid"}
AT_ONCE = 20  # faults that a connection may make


@pytest.fixture(scope="module")
def idle(shared_topic, shared_bridge):
    """A bridge that every test of this file may abuse."""
    return shared_bridge(shared_topic(4))


class Talk:
    """A bare connection that is answered. What a bridge says unasked (its Kafka's state, heartbeats) is passed over."""

    def __init__(self, wire):
        self.wire, self._messages = wire, wire.messages()

    @classmethod
    async def connect(cls, port):
        self = cls(await within(Wire.connect(port), "the upgrade"))
        assert "welcome" in await self.next()
        return self

    async def next(self):
        while True:
            opcode, payload = await within(self._messages.__anext__(), "a message")
            assert opcode == 1, (opcode, payload)
            data = json.loads(payload)
            assert schema("server.schema.json").is_valid(data), payload
            if not data.keys() & {"status", "heartbeat"}:
                return data


async def test_bad_messages_get_their_codes_and_a_bystander_sees_nothing(kafka, topic, bridge):
    t = topic(2)
    producer = RememberingProducer(kafka.bootstrap)
    t.wrote(producer)
    b = bridge(t)
    bystander = await Subscriber({t.name: "live"}).connect(b.port)
    await bystander.subscribed(t.name)
    wrong = []
    for number, case in enumerate(GOLDEN["bad"]):
        if number % (AT_ONCE - 2) == 0:
            talk = await Talk.connect(b.port)
            fill(producer, t, 10, seed=number)
        await talk.wire.send(case["message"])
        got = await talk.next()
        error = got.get("error", {})
        if (error.get("code"), got.get("id"), error.get("retry")) != (case["error"], case["id"], False):
            wrong.append(f"{case['message'][:100]!r}: wanted {case['error']} id {case['id']}, got {json.dumps(got)[:200]}")
        if number % (AT_ONCE - 2) == AT_ONCE - 3:
            talk.wire.close()
    assert not wrong, f"{len(wrong)} of {len(GOLDEN['bad'])}:\n" + "\n".join(wrong)
    await bystander.reach(t.name, t.ends())
    await bystander.close()
    assert_right(t, bystander)


async def test_good_messages_are_no_faults(idle):
    """The channel of the golden messages is not there: that may be said, nothing else."""
    talk = await Talk.connect(idle.port)
    for case in GOLDEN["good"]:
        await talk.wire.send(case["message"])
        got = await talk.next()
        wanted = {"channels": "channels", "ping": "pong", "auth": "authenticated"}.get(case["op"]["op"], "error")
        assert next(iter(got)) == wanted, (case["message"], got)
        assert got.get("error", {}).get("code") not in FAULTS, (case["message"], got)
        assert got.get("id") == case["op"]["id"], (case["message"], got)
    talk.wire.close()


async def test_binary_message_is_a_coded_error(idle):
    talk = await Talk.connect(idle.port)
    await talk.wire.write(encode(b'{"op":"ping"}', BINARY))
    assert (await talk.next())["error"]["code"] == "binary_message"
    await talk.wire.send('{"op":"ping","id":1}')
    assert "pong" in await talk.next()
    talk.wire.close()


async def test_faults_spread_over_connections_close_none_of_them(idle):
    for _ in range(5):
        talk = await Talk.connect(idle.port)
        for _ in range(AT_ONCE - 1):
            await talk.wire.send("nonsense")
            assert "error" in await talk.next()
        await talk.wire.send('{"op":"ping"}')
        assert "pong" in await talk.next()
        talk.wire.close()


async def test_cancelled_subscribe_or_unsubscribe_each_get_one_answer(topic, bridge):
    """subscribe and unsubscribe in one go: subscribed or cancelled, then unsubscribed; never silence, never both."""
    t = topic(4)
    b = bridge(t)
    subscriber = await Subscriber({}, WireTransport).connect(b.port)
    for _ in range(50):
        first = await subscriber.ask("subscribe", channel=t.name, **{"from": {"last": 10}})
        second = await subscriber.ask("unsubscribe", channel=t.name)
        await subscriber.reply(second)
        answer = await subscriber.reply(first)
        assert answer.name == "subscribed" or answer.body["code"] == "cancelled", answer.raw
        order = [c.id for c in subscriber.controls if c.id in (first, second)]
        assert order == [first, second]
    await subscriber.close()
