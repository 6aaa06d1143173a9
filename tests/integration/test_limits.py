"""Every limit of a client: beyond it there is the documented answer, and the limit's own counter says so."""

import http.client
import json
import socket

import pytest

from harness.waiting import within
from harness.wire import CLOSE, Wire, encode

pytestmark = [pytest.mark.quick, pytest.mark.asan]
UPGRADE = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
PING = '{"op":"ping"}'


@pytest.fixture(scope="module")
def one_topic(shared_topic):
    return shared_topic(1)


@pytest.fixture
def limited(one_topic, bridge, tmp_path):
    """A bridge with these limits."""
    def start(limits="{}", **flags):
        file = tmp_path / "tailrace.yaml"
        file.write_text(f"limits: {limits}\n")
        return bridge(one_topic, config=file, **flags)

    return start


def refused(b, why):
    return b.counted("tailrace_connections_refused_total", why=why)


def closed(b, code):
    return b.counted("tailrace_closes_total", code=code)


def connect(b, address="127.0.0.1"):
    """An HTTP connection that stays."""
    connection = http.client.HTTPConnection(address, b.port, timeout=180)
    connection.connect()
    return connection


async def first_bytes(b, request):
    """What a request by hand is answered before the connection ends."""
    wire = await Wire.tcp(b.port)
    await wire.write(request)
    while await within(wire.fill(), "the end of the connection"):
        pass
    wire.close()
    return bytes(wire._buffer)


async def said(wire):
    """(the messages up to the close, its code)"""
    messages = []
    async for opcode, payload in wire.messages():
        if opcode == CLOSE:
            return messages, int.from_bytes(payload[:2], "big")
        messages.append(json.loads(payload))
    return messages, None


# ---- before there is a session

def test_a_foreign_origin_is_403(limited):
    b = limited()
    with refused(b, "origin"):
        assert b.get("/ws", headers={**UPGRADE, "Origin": "https://elsewhere.example"}) == (403, "this origin is not allowed\n")


@pytest.mark.parametrize("path", ["/", "/ws", "/api/channels", "/healthz"])
def test_a_foreign_host_on_a_loopback_listener_is_403(limited, path):
    b = limited()
    with refused(b, "host"):
        assert b.get(path, headers={**UPGRADE, "Host": "rebound.example"}) == (403, "this host is not served here\n")


def test_connections_in_all_are_503(limited):
    b = limited("{connections: 2}")
    held = [connect(b) for _ in range(2)]
    with refused(b, "connections"):
        late = connect(b)
        late.request("GET", "/ws", headers=UPGRADE)
        answer = late.getresponse()
        assert (answer.status, answer.read(), answer.headers["Retry-After"]) == (503, b"no place for another connection\n", "5")
        late.close()
    assert b.get("/healthz")[0] == 200, "it lives, though it is full"
    assert b.get("/api/channels")[0] == 503
    for each in held:
        each.close()
    b.poll(lambda: b.get("/api/channels")[0] == 200, "a place to be free")


def own_address():
    """This machine's, by which it is no loopback to itself."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asks:
        try:
            asks.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            pytest.skip("this machine has no address but loopback")
        return asks.getsockname()[0]


def test_connections_of_one_address_are_503(limited):
    b = limited("{connections_per_address: 2}", listen="0.0.0.0:0", public="true")
    address = own_address()
    held = [connect(b, address) for _ in range(2)]
    with refused(b, "connections_per_address"):
        late = connect(b, address)
        late.request("GET", "/api/channels")
        answer = late.getresponse()
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
        late.close()
    assert b.get("/healthz")[0] == 200, "other addresses have a place"
    for each in held:
        each.close()


@pytest.mark.parametrize("everybody", ["0.0.0.0:0", "[::]:0"])
def test_loopback_has_no_share_of_its_own(limited, everybody):
    """A proxy on this machine is one address for all of its clients."""
    b = limited("{connections_per_address: 1}", listen=everybody, public="true")
    held = [connect(b) for _ in range(3)]
    assert b.get("/healthz")[0] == 200
    assert b.metric("tailrace_connections_refused_total") == 0
    for each in held:
        each.close()


@pytest.mark.parametrize("begun", [b"", b"GET / HT"], ids=["nothing said", "half a request"])
async def test_a_handshake_that_takes_too_long_is_cut_off(limited, begun):
    b = limited("{handshake_timeout: 100ms}")
    with refused(b, "handshake_timeout"):
        assert await first_bytes(b, begun) == b""


def test_headers_that_are_too_large_are_431(limited):
    b = limited("{header_bytes: 2K}")
    with refused(b, "header_bytes"):
        assert b.get("/healthz", headers={"X-Large": "x" * 3000}) == (431, "the request's headers are too large\n")


def test_a_target_that_is_too_long_is_414(limited):
    b = limited()
    with refused(b, "target_bytes"):
        assert b.get("/ws?channel=" + "x" * 5000, headers=UPGRADE) == (414, "the target is too long\n")
    assert b.get("/ws?channel=" + "x" * 4000, headers=UPGRADE)[0] == 101


async def test_what_is_no_request_is_400(limited):
    b = limited()
    with refused(b, "bad_request"):
        assert (await first_bytes(b, b"GARBAGE\r\n\r\n")).startswith(b"HTTP/1.1 400 ")


# ---- of a session

async def test_a_message_that_is_too_large_is_1009(limited):
    b = limited("{message_bytes: 1K}")
    wire = await Wire.connect(b.port)
    with closed(b, 1009):
        await wire.send(PING + " " * (1024 - len(PING)))
        await wire.send(PING + " " * (1025 - len(PING)))
        messages, code = await within(said(wire), "the close")
        wire.close()
    assert code == 1009
    assert messages[0]["welcome"]["limits"]["message"] == 1024
    assert sum("pong" in message for message in messages) == 1, "the one that just fits"


async def test_too_many_messages_are_4429(limited):
    b = limited("{message_rate: 1, message_burst: 5}")
    wire = await Wire.connect(b.port)
    with closed(b, 4429):
        await wire.write(encode(PING.encode()) * 100)
        messages, code = await within(said(wire), "the close")
        wire.close()
    assert code == 4429
    closing = messages[-1]["closing"]
    assert closing["reason"] == "too_many_messages" and closing["reconnect_in"] > 0


async def test_repeated_faults_are_4400(limited):
    b = limited()
    wire = await Wire.connect(b.port)
    with closed(b, 4400):
        await wire.write(encode(b"nonsense") * 100)
        messages, code = await within(said(wire), "the close")
        wire.close()
    assert code == 4400
    told = sum(message.get("error", {}).get("code") == "bad_json" for message in messages)
    assert b.metric("tailrace_errors_sent_total", code="bad_json") == told >= 20


async def test_one_subscription_too_many_is_an_error_and_the_others_stay(limited, one_topic):
    b = limited("{subscriptions: 1}")
    wire = await Wire.connect(b.port)
    answers = {}

    async def answered(id):
        async for _, payload in wire.messages():
            message = json.loads(payload)
            answers[message.get("id")] = message
            if id in answers:
                return answers[id]

    await wire.send(json.dumps({"op": "subscribe", "id": 1, "channel": one_topic.name}))
    assert "subscribed" in await within(answered(1), "the first subscription")
    with b.counted("tailrace_errors_sent_total", code="too_many_subscriptions"):
        await wire.send(json.dumps({"op": "subscribe", "id": 2, "channel": "another"}))
        error = (await within(answered(2), "a refusal"))["error"]
    assert (error["code"], error["retry"]) == ("too_many_subscriptions", False)
    await wire.send(json.dumps({"op": "unsubscribe", "id": 3, "channel": one_topic.name}))
    assert "unsubscribed" in await within(answered(3), "the answer to the one that it has")
    wire.close()
