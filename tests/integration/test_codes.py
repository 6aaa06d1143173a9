"""Every code of the protocol, provoked: it is told, and it is counted, once."""

import asyncio
import json
import os
import pathlib
import re

import pytest

from harness.ports import free_ports
from harness.waiting import within
from harness.wire import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, Wire, encode

pytestmark = [pytest.mark.quick, pytest.mark.asan]
PROTOCOL = (pathlib.Path(__file__).resolve().parents[2] / "schemas" / "protocol.md").read_text()
FAULTS, MESSAGES = 20, 2000  # that a connection may make at once
QUARANTINE = 256 << 20 if "ASAN_OPTIONS" in os.environ else 0  # what ASan keeps of what was freed


def op(name, **fields):
    return {"op": name, **fields}


def subscribe(channel="{t}", **fields):
    return op("subscribe", channel=channel, **fields)


# code: (messages, which of them is refused). A dict is sent as JSON with its number as id.
ERRORS = {
    "bad_json": (["nonsense"], 0),
    "binary_message": ([b"{}"], 0),
    "bad_field": ([subscribe(7)], 0),
    "unknown_op": ([op("publish")], 0),
    "position_invalid": ([subscribe(**{"from": {"position": "v1.nonsense"}})], 0),
    "channel_unavailable": ([subscribe("no-such")], 0),
    "already_subscribed": ([subscribe(), subscribe()], 1),
    "not_subscribed": ([op("unsubscribe", channel="{t}")], 0),
    "too_many_subscriptions": ([subscribe(), subscribe("{t}-2"), subscribe("{t}-3")], 2),
    "too_many_partitions": ([subscribe("{t}-wide")], 0),
}
WITHOUT_KAFKA = {
    "cancelled": ([subscribe(), op("unsubscribe", channel="{t}")], 0),
    "overloaded": ([op("times", channel="{t}", at=[n]) for n in range(17)], 16),
}
ERRORS_ELSEWHERE = {
    "topic_unavailable": "tests/faults/test_secure.py", "kafka_unavailable": "tests/unit/shard/session_test.cpp",
    "token_invalid": "there are no tokens yet", "internal": "nobody knows how",
}

CLOSES = {
    "1000": encode((1000).to_bytes(2, "big"), CLOSE),
    "1002": encode(b"{}", mask=False),
    "1007": encode(b'"\xff"'),
    "1009": encode(b" " * 65537),
    "4400": encode(b"nonsense") * (2 * FAULTS),
    "4408": encode(b"{", TEXT, fin=False),  # and no end
    "4408, of many fragments": encode(b"{", TEXT, fin=False) + encode(b" ", CONTINUATION, fin=False) * 100,
    "4429": encode(b'{"op":"ping"}') * (2 * MESSAGES),
    "4429, by pings": encode(b"x" * 125, PING) * (2 * MESSAGES),
    "4429, by pongs": encode(b"", PONG) * (2 * MESSAGES),
}
CLOSES_ELSEWHERE = {
    "1001": "Tailrace says 1012", "1011": "nobody knows how", "1012": "tests/integration/test_operating.py",
    "4401": "there are no tokens yet", "4403": "there are no tokens yet", "4409": "there are no tokens yet",
}


def documented(first):
    """The codes of the table in the document that begins with this one."""
    table = PROTOCOL[PROTOCOL.index(f"\n| {first} "):].split("\n\n")[0]
    return set(re.findall(r"^\| `?(\w+)`?", table, re.M))


def test_every_code_of_the_document_is_provoked():
    assert {*ERRORS, *WITHOUT_KAFKA, *ERRORS_ELSEWHERE} == documented("`bad_json` *")
    assert {code.split(",")[0] for code in CLOSES} | {*CLOSES_ELSEWHERE} == documented("1000")


@pytest.fixture(scope="module")
def topics(shared_topic):
    first = shared_topic(1)
    return [first, *(shared_topic(n, name=f"{first.name}-{more}") for n, more in ((1, 2), (1, 3), (1001, "wide")))]


@pytest.fixture(scope="module")
def limits(tmp_path_factory):
    file = tmp_path_factory.mktemp("limits") / "tailrace.yaml"
    file.write_text("limits: {subscriptions: 2}\n")
    return file


@pytest.fixture(scope="module")
def well(shared_bridge, topics, limits):
    started = shared_bridge(*topics, config=limits, stall_timeout="1s")
    started.wait_ready()
    return started


@pytest.fixture(scope="module")
def without_kafka(shared_bridge, topics):
    (nobody,) = free_ports(1)
    return shared_bridge(*topics, bootstrap=f"127.0.0.1:{nobody}")


async def said(wire):
    """The messages, and in the end the code of the close, or None."""
    async for opcode, payload in wire.messages():
        if opcode == CLOSE:
            yield int.from_bytes(payload[:2], "big")
            return
        if opcode == TEXT:
            yield json.loads(payload)
    yield None


async def first_error(wire):
    async for message in said(wire):
        if message is None or "error" in message:
            return message


def encoded(message, number, topic):
    if isinstance(message, bytes):
        return encode(message, BINARY)
    if isinstance(message, dict):
        message = json.dumps({**message, "id": number}).replace("{t}", topic.name)
    return encode(message.encode())


async def assert_told_and_counted(b, topic, code, messages, refused):
    wire = await within(Wire.connect(b.port), "the upgrade")
    with b.counted("tailrace_errors_sent_total"), b.counted("tailrace_errors_sent_total", code=code):
        await wire.write(b"".join(encoded(message, number, topic) for number, message in enumerate(messages)))
        answer = await within(first_error(wire), "the error")
    assert answer["error"]["code"] == code
    assert answer.get("id") == (refused if isinstance(messages[refused], dict) else None)
    wire.close()


@pytest.mark.parametrize("code", ERRORS)
async def test_an_error(well, topics, code):
    await assert_told_and_counted(well, topics[0], code, *ERRORS[code])


@pytest.mark.parametrize("code", WITHOUT_KAFKA)
async def test_an_error_while_kafka_is_away(without_kafka, topics, code):
    await assert_told_and_counted(without_kafka, topics[0], code, *WITHOUT_KAFKA[code])


@pytest.mark.parametrize("case", CLOSES)
async def test_a_close(well, case):
    code = int(case.split(",")[0])
    wire = await within(Wire.connect(well.port), "the upgrade")
    with well.counted("tailrace_closes_total", code=code):
        sending = asyncio.create_task(wire.write(CLOSES[case]))
        *messages, last = await within(everything(wire), "the close")
        await asyncio.gather(sending, return_exceptions=True)  # a closed connection takes no more
        wire.close()
    assert last == code
    if code == 4429:
        assert messages[-1]["closing"]["reason"] == "too_many_messages" and messages[-1]["closing"]["reconnect_in"] > 0


async def everything(wire):
    return [each async for each in said(wire)]


def ended(b):
    """How many were closed for what they sent, or did not take."""
    return sum(b.metric("tailrace_closes_total", code=code) for code in (4408, 4429))


@pytest.mark.parametrize("message", [encode(b"x" * 125, PING), encode(b'{"op":"ping"}')], ids=["pings", "messages"])
async def test_a_flood_from_who_never_reads_is_ended_too(well, message):
    """Its answers are not queued without end, and it doesn't stay."""
    before, empty = ended(well), well.rss()
    well.forget_peak()
    wire = await within(Wire.connect(well.port, receive_buffer=4096), "the upgrade")
    with pytest.raises(ConnectionError):
        while True:
            await within(wire.write(message * 500), "the flood to be taken or refused")
    wire.close()
    assert ended(well) == before + 1
    assert well.peak() - empty < (8 << 20) + QUARANTINE
