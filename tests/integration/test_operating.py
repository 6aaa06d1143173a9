"""What an operator does to a running bridge."""

import asyncio
import json
import re
import signal

import pytest

from harness.client import Subscriber
from harness.load import Load, fill
from harness.producer import RememberingProducer
from harness.verdict import assert_right
from harness.waiting import within
from harness.wire import Wire

pytestmark = [pytest.mark.quick, pytest.mark.asan]


class Configuration:
    """A file that a bridge runs by, and reloads."""

    def __init__(self, path):
        self.path = path

    def write(self, text):
        self.path.write_text(text)

    async def reload(self, b, says="configuration reloaded"):
        before = sum(says in line for line in b.log)
        b.process.send_signal(signal.SIGHUP)
        await asyncio.to_thread(b.poll, lambda: sum(says in line for line in b.log) > before, says)


@pytest.fixture
def file(tmp_path):
    return Configuration(tmp_path / "tailrace.yaml")


async def test_channels_come_and_go_with_a_reload_and_the_others_notice_nothing(kafka, topic, bridge, file):
    first, second = topic(2), topic(1)
    file.write("heartbeat: 15s\n")
    b = bridge(first, config=file.path)
    load = Load(kafka, first, 200, transactions=False)
    bystander = await Subscriber({first.name: "live"}).connect(b.port)
    await bystander.subscribed(first.name)
    await asyncio.to_thread(b.wait_ready)
    client = await Subscriber({"other": "earliest"}).connect(b.port)
    await client.until(lambda: client.control("error"), "a refusal")
    assert client.control("error").body["code"] == "channel_unavailable"

    producer = RememberingProducer(kafka.bootstrap)
    second.wrote(producer)
    fill(producer, second, 50)
    file.write(f"channels: [{{topic: {second.name}, name: other, title: The other}}]\n")
    await file.reload(b)
    await client.subscribe("other")
    await client.subscribed("other")
    await client.reach("other", second.ends())
    assert client.updates == 50
    info = json.loads(b.get("/api/channels")[1])
    assert {"name": "other", "topic": second.name, "title": "The other"} in info["channels"]

    file.write("heartbeat: 15s\n")
    await file.reload(b)
    await client.until(lambda: client.control("unsubscribed"), "the channel's end")
    assert client.control("unsubscribed").body["code"] == "channel_removed"

    file.write(f"channels: [{{topic: {second.name}, name: third}}]\n")
    await file.reload(b)
    client.wants = {"third": "earliest"}
    await client.subscribe("third")
    await client.reach("third", second.ends())
    await client.close()
    await asyncio.to_thread(load.stop)
    await bystander.reach(first.name, first.ends())
    await bystander.close()
    assert_right(first, bystander)


async def test_limits_and_log_level_reload_and_the_rest_says_that_it_cannot(topic, bridge, file):
    t = topic(1)
    file.write("limits: {subscriptions: 5}\n")
    b = bridge(t, config=file.path)
    file.write("limits: {subscriptions: 7, connections: 1}\nlog: {level: debug}\nheartbeat: 20s\nmemory: 99M\n")
    await file.reload(b)
    assert any("heartbeat changed: that needs a restart" in line for line in b.log)
    assert any("memory changed: that needs a restart" in line for line in b.log)
    subscriber = await Subscriber({}).connect(b.port)
    await subscriber.until(lambda: subscriber.control("welcome"), "the welcome")
    assert subscriber.control("welcome").body["limits"]["subscriptions"] == 7
    status, text = b.get("/api/channels")
    assert (status, text) == (503, "no place for another connection\n")
    assert b.metric("tailrace_connections_refused_total") == 1
    await subscriber.close()
    await asyncio.to_thread(b.poll, lambda: b.get("/api/channels")[0] == 200, "the place to be free")


async def test_origins_reload(topic, bridge, file):
    file.write("origins: ['https://first.example']\n")
    b = bridge(topic(1), config=file.path)

    def status(origin):
        return b.get("/ws", headers={"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
                                     "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Origin": origin})[0]

    assert (status("https://first.example"), status("https://second.example")) == (101, 403)
    file.write("origins: ['https://second.example']\n")
    await file.reload(b)
    assert (status("https://first.example"), status("https://second.example")) == (403, 101)
    assert b.metric("tailrace_connections_refused_total") == 2


async def test_a_wrong_file_changes_nothing(topic, bridge, file):
    t = topic(1)
    file.write("limits: {subscriptions: 5}\n")
    b = bridge(t, config=file.path)
    file.write("limits: {subscription: 7}\n")
    await file.reload(b, "configuration not reloaded")
    assert any(f"{file.path}:1" in line and "subscriptions" in line for line in b.log)
    subscriber = await Subscriber({t.name: "live"}).connect(b.port)
    await subscriber.subscribed(t.name)
    assert subscriber.control("welcome").body["limits"]["subscriptions"] == 5
    await subscriber.close()


async def test_a_watched_file_reloads_by_itself(topic, bridge, file):
    file.write("watch: true\nlimits: {subscriptions: 5}\n")
    b = bridge(topic(1), config=file.path)
    file.write("watch: true\nlimits: {subscriptions: 6}\n")
    await asyncio.to_thread(b.wait_log, "configuration reloaded")


async def test_a_sessions_frames_are_logged_without_what_is_secret(kafka, topic, bridge):
    t = topic(1)
    b = bridge(t)
    subscriber = await Subscriber({t.name: "earliest"}).connect(b.port)
    await subscriber.subscribed(t.name)
    session = subscriber.control("welcome").body["session"]
    assert b.get("/wire-log?session=nobody", b.admin_port, "POST")[0] == 404
    assert b.get("/wire-log", b.admin_port, "POST")[0] == 400
    assert b.get(f"/wire-log?session={session}", b.admin_port)[0] == 405
    assert b.get(f"/wire-log?session={session}", b.admin_port, "POST")[0] == 200
    await subscriber.reply(await subscriber.ask("auth", token="sesame-open"))
    producer = RememberingProducer(kafka.bootstrap)
    t.wrote(producer)
    producer.send(t.name, partition=0, value=b'{"card": "4111-1111"}')
    producer.flush()
    await subscriber.reach(t.name, t.ends())
    await subscriber.reply(await subscriber.ask("ping"))
    assert b.get(f"/wire-log?session={session}&on=false", b.admin_port, "POST")[0] == 200
    await subscriber.reply(await subscriber.ask("channels"))
    await subscriber.close()
    lines = [line for line in b.log if f"wire {session}" in line]
    assert any('< {"op":"auth"}' in line for line in lines)
    assert any(re.search(rf'> {{"ch":"{t.name}","p":0,"from":0,"next":1,"fp":"\w+", \(\d+ bytes\)$', line) for line in lines), lines
    assert any('"pong"' in line for line in lines)
    assert not any("sesame" in line or "4111" in line for line in b.log)
    assert not any('"channels"' in line for line in lines)


async def test_lags_of_sessions_and_cursors(kafka, topic, bridge):
    t = topic(1)
    producer = RememberingProducer(kafka.bootstrap)
    t.wrote(producer)
    b = bridge(t)
    slow = await Wire.connect(b.port, receive_buffer=4096)
    await slow.send(json.dumps({"op": "subscribe", "channel": t.name, "from": "live"}))
    async for _, payload in slow.messages():
        if "subscribed" in json.loads(payload):
            break
    fill(producer, t, 20_000)
    await asyncio.to_thread(b.poll, lambda: b.metric("tailrace_ingest_records_total") >= 20_000, "ingest")
    await asyncio.to_thread(b.poll, lambda: json.loads(b.get("/sessions", b.admin_port)[1])[0]["blocked"], "a full socket")
    session, = json.loads(b.get("/sessions", b.admin_port)[1])
    assert 0 < session["lag"] <= 20_000 + 100
    text = b.get("/metrics", b.admin_port)[1]
    lags = dict(re.findall(r'^tailrace_cursor_lag_records\{quantile="([^"]+)"\} (\S+)$', text, re.M))
    assert b.metric("tailrace_cursors_in_step") + b.metric("tailrace_cursors_catching_up") == 1
    assert set(lags) == {"0.5", "0.9", "0.99", "1"} and all(float(lag) > 0 for lag in lags.values()), lags
    slow.close()
    await asyncio.to_thread(b.poll, lambda: b.metric("tailrace_sessions") == 0, "the session to end")
    assert "tailrace_cursor_lag_records_count 0" in b.get("/metrics", b.admin_port)[1]


async def test_refused_connections_are_told_so(topic, bridge, file):
    file.write("limits: {connections: 3}\n")
    b = bridge(topic(1), config=file.path)
    held = [await within(Wire.connect(b.port), "a place") for _ in range(3)]
    for _ in range(5):
        wire = await Wire.tcp(b.port)
        await wire.write(Wire.request(b.port))
        while await wire.fill():
            pass
        assert bytes(wire._buffer).startswith(b"HTTP/1.1 503 ") and b"Retry-After: 5" in wire._buffer
        wire.close()
    for wire in held:
        wire.close()
    await asyncio.to_thread(b.poll, lambda: b.get("/api/channels")[0] == 200, "a place to be free")


async def test_a_drain_says_when_to_come_back_and_ends(topic, bridge):
    t = topic(1)
    b = bridge(t, drain_grace="1s", drain="30s")
    subscriber = await Subscriber({t.name: "live"}).connect(b.port)
    await subscriber.subscribed(t.name)
    await asyncio.to_thread(b.wait_ready)
    b.process.send_signal(signal.SIGTERM)
    b._expected = 0
    await asyncio.to_thread(b.wait_log, "draining")
    assert b.get("/readyz") == (503, "draining\n")
    late = await Subscriber({t.name: "live"}).connect(b.port)  # the listener goes on for the grace
    await late.subscribed(t.name)
    for each in (subscriber, late):
        assert await each.ended() == 1012
        closing = each.control("closing").body
        assert closing["reason"] == "draining" and 0 <= closing["reconnect_in"] <= 30_000
        await each.close()
    assert await asyncio.to_thread(b._ended) == 0


async def test_operators_set_the_log_level_and_drain(topic, bridge):
    b = bridge(topic(1))
    assert b.get("/log-level?level=loud", b.admin_port, "POST")[0] == 400
    assert b.get("/log-level?level=debug", b.admin_port, "POST") == (200, "log level is debug\n")
    assert b.get("/drain", b.admin_port)[0] == 405
    b._expected = 0
    assert b.get("/drain", b.admin_port, "POST") == (202, "draining\n")
    assert await asyncio.to_thread(b._ended) == 0


async def test_the_deadline_ends_a_drain_that_clients_hold_up(topic, bridge):
    """They are asked to leave, each at its own time, and none of them does."""
    t = topic(1)
    b = bridge(t, drain_grace="1ms", drain="2s")
    wires = [await within(Wire.connect(b.port), "the upgrade") for _ in range(20)]
    b._expected = 0
    b.process.send_signal(signal.SIGTERM)
    asked = []
    for wire in wires:
        while not (closing := re.search(rb'"reconnect_in":(\d+)', bytes(wire._buffer))):
            assert await within(wire.fill(), "the goodbye")
        asked.append(int(closing.group(1)))
    assert max(asked) <= 2000 and len(set(asked)) > 5, f"spread over the drain: {sorted(asked)}"
    assert await asyncio.to_thread(b._ended) == 0
    for wire in wires:
        wire.close()


async def test_a_second_sigterm_ends_it_at_once(topic, bridge):
    t = topic(1)
    b = bridge(t, drain_grace="10m", drain="10m")
    subscriber = await Subscriber({t.name: "live"}).connect(b.port)
    await subscriber.subscribed(t.name)
    b._expected = 0
    b.process.send_signal(signal.SIGTERM)
    await asyncio.to_thread(b.wait_log, "draining")
    b.process.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(b._ended) == 0
    await subscriber.ended()


async def test_a_pattern_channel_that_is_asked_for_at_once_is_waited_for(topic, bridge):
    t = topic(1)
    b = bridge("^" + t.name)
    subscriber = await Subscriber({t.name: "live", "no-such": "live"}).connect(b.port)
    await subscriber.subscribed(t.name)
    await subscriber.until(lambda: subscriber.control("error"), "a refusal of the other")
    assert subscriber.control("error").body["channel"] == "no-such"
    await subscriber.close()


async def test_no_foreign_page_reaches_the_admin_listener(topic, bridge):
    b = bridge(topic(1))
    assert b.get("/drain", b.admin_port, "POST", {"Origin": "https://elsewhere.example"}) == (403, "not for this page\n")
    assert b.get("/sessions", b.admin_port, headers={"Host": "rebound.example"})[0] == 403
    assert b.get("/log-level?level=debug", b.admin_port, "POST")[0] == 200
    assert b.get("/api/channels", method="POST")[0] == 405
    assert b.get("/healthz")[0] == 200, "it does not drain"


async def test_limits_of_requests_are_answered_and_counted_and_reload(topic, bridge, file):
    file.write("limits: {header_bytes: 2K, handshake_timeout: 5m}\n")
    b = bridge(topic(1), config=file.path)
    large = {"X-Large": "x" * 3000}
    assert b.get("/healthz", headers=large)[0] == 431
    file.write("limits: {header_bytes: 8K, handshake_timeout: 5m}\n")
    await file.reload(b)
    assert b.get("/healthz", headers=large)[0] == 200
    file.write("limits: {handshake_timeout: 100ms}\n")
    await file.reload(b)
    slow = await Wire.tcp(b.port)
    await slow.write(b"GET / HT")
    assert not await slow.fill()
    slow.close()
    text = b.get("/metrics", b.admin_port)[1]
    assert 'tailrace_connections_refused_total{why="header_bytes"} 1\n' in text
    assert 'tailrace_connections_refused_total{why="handshake_timeout"} 1\n' in text
