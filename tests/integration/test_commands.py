"""Every command of the real program, on a real Kafka, as on a terminal; the demo on its own stand-in."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.request

import pytest

from harness.bridge import binary
from harness.client import Subscriber
from harness.kafka import ROOT
from harness.load import fill
from harness.producer import RememberingProducer
from harness.verdict import assert_right

pytestmark = pytest.mark.quick


def run(*words, stdin=None):
    """(exit code, stdout, stderr)"""
    done = subprocess.run([binary(), *map(str, words)], input=stdin, capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout, done.stderr


def eventually(done, what):
    """For what only asking shows. Asks five times a second."""
    for _ in range(900):
        if done():
            return
        threading.Event().wait(0.2)
    raise TimeoutError(f"waited 180 s for {what} in vain")


class Running:
    """A command that goes on; its lines are waited for."""

    def __init__(self, *words):
        self.process = subprocess.Popen([binary(), *map(str, words)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)

    def line(self, stream=None):
        line = (stream or self.process.stdout).readline()
        assert line, f"ended ({self.process.wait()}): {self.process.stderr.read()}"
        return line.rstrip("\n")

    def until(self, pattern, stream=None):
        while not (match := re.search(pattern, self.line(stream))):
            pass
        return match

    def interrupt(self):
        """(exit code, what was left on stdout, on stderr)"""
        self.process.send_signal(signal.SIGINT)
        out, err = self.process.communicate(timeout=300)
        return self.process.returncode, out, err

    def close(self):
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def running():
    commands = []

    def start(*words):
        commands.append(Running(*words))
        return commands[-1]

    yield start
    for each in commands:
        each.close()


@pytest.fixture
def filled(kafka, topic):
    """A topic with fifty records in each of two partitions."""
    t = topic(2)
    producer = RememberingProducer(kafka.bootstrap)
    t.wrote(producer)
    for n in range(100):
        producer.send(t.name, f'{{"n":{n}}}'.encode(), key=f"k{n % 5}".encode(), partition=n % 2)
    producer.flush()
    return t


# ---- check and health

def test_check_says_what_would_run(filled, kafka):
    code, out, _ = run("check", "--brokers", kafka.bootstrap, "--topics", f"{filled.name},^no-such-.*")
    assert code == 0 and filled.name in out and "^no-such-.*" in out


def test_check_asks_kafka(filled, kafka):
    code, out, err = run("check", "--connect", "--brokers", kafka.bootstrap, "--topics", filled.name)
    assert code == 0 and re.search(rf"ok +topic {filled.name}\b", out), (out, err)
    code, out, err = run("check", "--connect", "--brokers", kafka.bootstrap, "--topics", f"{filled.name},absent")
    assert code == 1 and re.search(r"FAIL +topic absent\b", out), (out, err)


def test_check_says_why_a_broker_does_not_answer():
    code, out, err = run("check", "--connect", "--brokers", "127.0.0.1:1", "--topics", "any")
    assert code == 1 and re.search(r"^FAIL +kafka 127\.0\.0\.1:1: does not answer \(.*Connection refused\)$", out, re.M), (out, err)


@pytest.mark.parametrize("command", [["serve"], ["check"], ["produce"]])
def test_what_librdkafka_refuses_is_said_with_its_place_and_without_its_value(command, tmp_path):
    file = tmp_path / "tailrace.yaml"
    file.write_text("brokers: ['127.0.0.1:1']\nkafka:\n  sasl.pasword: hunter2\n")
    words = ["--topic", "any"] if command == ["produce"] else ["--topics", "any"]
    code, out, err = run(*command, "-c", file, *words)
    assert (code, out) == (2, "") and "hunter" not in err
    assert err == f'tailrace: {file}:3: kafka: sasl.pasword: No such configuration property: "sasl.pasword"\n'


def test_check_prints_schema_and_reference():
    assert json.loads(run("check", "--print-schema")[1])["type"] == "object"
    assert "stall_timeout" in run("check", "--print-reference")[1]


def test_output_that_finds_no_space_is_a_failure_and_one_that_nobody_reads_is_none():
    with open("/dev/full", "w") as full:
        done = subprocess.run([binary(), "check", "--print-reference"], stdout=full, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1) and done.stderr.startswith("tailrace: can't write the output")
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([binary(), "check", "--print-reference"], stdout=write, stderr=subprocess.PIPE, text=True)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "")


def test_health(filled, bridge):
    b = bridge(filled)
    b.wait_ready()
    address = f"127.0.0.1:{b.port}"
    assert run("health", address)[0] == 0
    assert run("health", "--live", address)[0] == 0
    b.kill()
    code, _, err = run("health", "--timeout", "1s", address)
    assert code == 1 and address in err


# ---- where serve listens, and what it says

def serve(running, filled, kafka, *words):
    return running("serve", "--brokers", kafka.bootstrap, "--topics", filled.name, "--admin", "127.0.0.1:0", "--drain-grace", "0s",
                   "--drain", "0s", *words)


def lines_of(running, address, filled, start, count):
    """So many lines of tail, each another record, and nothing more."""
    tail = running("tail", address, filled.name, "--from", start, "--json")
    lines = {tail.line() for _ in range(count)}
    code, more, _ = tail.interrupt()
    assert (code, more) == (0, "")
    return lines


def test_serve_on_ipv6(filled, kafka, running):
    b = serve(running, filled, kafka, "--listen", "[::1]:0")
    address = b.until(r"listening on (\[::1\]:\d+)", b.process.stderr).group(1)
    b.until("kafka reachable", b.process.stderr)
    assert run("health", address)[0] == 0
    assert len(lines_of(running, address, filled, "earliest", 100)) == 100


def test_serve_on_a_unix_socket(filled, kafka, running, tmp_path):
    path = tmp_path / "bridge.sock"
    for _ in range(2):  # the second finds what the first left behind when it was killed
        b = serve(running, filled, kafka, "--listen", f"unix:{path}")
        b.until(re.escape(f"listening on unix:{path}"), b.process.stderr)
        b.until("kafka reachable", b.process.stderr)
        assert run("health", f"unix:{path}")[0] == 0
        assert len(lines_of(running, f"unix:{path}", filled, "last:7", 7)) == 7
        b.close()
    precious = tmp_path / "precious"
    precious.write_text("kept")
    code, _, err = run("serve", "--brokers", kafka.bootstrap, "--topics", filled.name, "--listen", f"unix:{precious}")
    assert code == 1 and str(precious) in err and precious.read_text() == "kept"


def test_serve_for_everybody_says_so_and_only_when_asked(filled, kafka, running):
    code, _, err = run("serve", "--brokers", kafka.bootstrap, "--topics", filled.name, "--listen", "0.0.0.0:0")
    assert code == 2 and "--public" in err
    b = serve(running, filled, kafka, "--listen", "0.0.0.0:0", "--public", "--kafka-address", "kafka.example:9092")
    port = b.until(r"listening on 0\.0\.0\.0:(\d+)", b.process.stderr).group(1)
    b.until("anybody who reaches it may read every channel", b.process.stderr)
    info = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/api/channels", timeout=60))
    assert info["kafka"] == "kafka.example:9092"


@pytest.mark.parametrize("listener", ["listen", "admin"])
def test_serve_where_the_port_is_taken(listener):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        words = {"listen": "127.0.0.1:0", "admin": "127.0.0.1:0"} | {listener: address}
        code, out, err = run("serve", "--brokers", "127.0.0.1:1", "--topics", "any", *(f"--{k}={v}" for k, v in words.items()))
    assert (code, out) == (1, "")
    assert err == f"tailrace: --{listener}: can't listen on {address}: Address already in use; choose another with --{listener}\n"


def test_serve_that_can_not_start_leaves_no_socket_behind(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, _, _ = run("serve", "--brokers", "127.0.0.1:1", "--topics", "any", "--listen", f"unix:{tmp_path}/socket",
                         "--admin", f"127.0.0.1:{taken.getsockname()[1]}")
    assert code == 1 and list(tmp_path.iterdir()) == []


def test_serve_without_rights_says_to_what(tmp_path):
    """As nobody: a folder that it may not write, a file that it may not read, a secret neither."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    for folder in [tmp_path, *tmp_path.parents]:
        if folder.is_relative_to(tmp_path.parent.parent):
            folder.chmod(0o755)
    program, ours = shutil.copy(binary(), tmp_path / "tailrace"), tmp_path / "ours"
    ours.write_text("brokers: ['127.0.0.1:1']\n")
    ours.chmod(0o600)

    def said(*words, code=2):
        done = subprocess.run([program, "serve", "--topics", "any", *map(str, words)], user=65534, capture_output=True, text=True, timeout=300)
        assert (done.returncode, done.stdout) == (code, "")
        return done.stderr

    assert said("-c", ours) == f"tailrace: {ours}: found no readable file (Permission denied); allowed: a YAML file\n"
    assert said("--kafka", f"sasl.password.file={ours}") == (
        "tailrace: --kafka: sasl.password.file: found no readable file (Permission denied); allowed: a file that holds the value\n")
    assert said("--listen", f"unix:{tmp_path}/socket", code=1) == (
        f"tailrace: --listen: can't listen on unix:{tmp_path}/socket: Permission denied; choose another with --listen\n")


def test_serve_logs_json(filled, kafka, running):
    b = serve(running, filled, kafka, "--listen", "127.0.0.1:0", "--log-format", "json", "--log-level", "info")
    line = json.loads(b.line(b.process.stderr))
    assert set(line) == {"time", "level", "message"} and line["level"] == "info"


# ---- tail

def test_tail_prints_json_verbatim_up_to_its_end(filled, bridge):
    b = bridge(filled)
    position = re.search(r"v1\.\S+", tail_position(b, filled)).group()
    code, out, err = run("tail", f"http://127.0.0.1:{b.port}", filled.name, "--from", "earliest", "--to", position, "--json")
    assert code == 0, err
    updates = [json.loads(line) for line in out.splitlines()]
    assert sorted(update["v"]["n"] for update in updates) == list(range(100))


def tail_position(b, t):
    """The end as a position."""
    tail = Running("tail", f"127.0.0.1:{b.port}", t.name, "--from", "earliest", "--json")
    for _ in range(100):
        tail.line()
    code, _, err = tail.interrupt()
    assert code == 0
    return err


def test_tail_goes_on_over_a_bridge_that_dies_and_prints_its_position(filled, kafka, bridge, running):
    b = bridge(filled)
    tail = running("tail", f"ws://127.0.0.1:{b.port}/ws", filled.name, "--from", "earliest", "--json")
    seen = [tail.line() for _ in range(100)]
    b.kill()
    producer = RememberingProducer(kafka.bootstrap)
    filled.wrote(producer)
    for n in range(100, 120):
        producer.send(filled.name, f'{{"n":{n}}}'.encode(), partition=n % 2)
    producer.flush()
    bridge(filled, listen=f"127.0.0.1:{b.port}")
    seen += [tail.line() for _ in range(20)]
    code, out, err = tail.interrupt()
    assert code == 0 and out == ""
    assert sorted(json.loads(line)["v"]["n"] for line in seen) == list(range(120)), "once each"
    position = re.findall(r"v1\.\S+", err)[-1]
    assert re.search(r"0:60\b", position) and re.search(r"1:60\b", position), position


def test_tail_says_gaps_and_refusals_on_stderr(filled, kafka, bridge, tmp_path):
    b = bridge(filled, warm="0")
    end = re.findall(r"v1\.\S+", tail_position(b, filled))[-1]
    kafka.delete_records(filled.name, {0: 20}, tmp_path)
    b = bridge(filled, warm="0")  # the first one still has them in memory
    start = re.sub(r"0:50\S*?,1:50\S*", "0:0,1:0", end)
    code, out, err = run("tail", f"127.0.0.1:{b.port}", filled.name, "--from", start, "--to", end, "--json")
    assert code == 0 and len(out.splitlines()) == 80
    assert "gap: offsets 0 to 19 of partition 0, expired" in err
    code, out, err = run("tail", f"127.0.0.1:{b.port}", "no-such-channel")
    assert code == 1 and out == "" and "channel_unavailable" in err
    code, _, err = run("tail", f"127.0.0.1:{b.port}", filled.name, "--from", "yesterday")
    assert code == 2 and "--from" in err and "yesterday" in err


def test_tail_into_a_full_disk_fails_and_into_a_closed_pipe_just_ends(filled, bridge):
    words = [binary(), "tail", f"127.0.0.1:{bridge(filled).port}", filled.name, "--from", "earliest"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, timeout=300)
    assert (done.returncode, done.stderr) == (1, "tailrace: can't write the output: No space left on device\n")
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(words, stdout=write, stderr=subprocess.PIPE, text=True, timeout=300)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("own, coloured", [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_colour_is_for_terminals_that_want_it(filled, bridge, own, coloured):
    b = bridge(filled)
    theirs, ours = os.openpty()
    tail = subprocess.Popen([binary(), "tail", f"127.0.0.1:{b.port}", filled.name, "--from", "last:1"], stdout=ours, stderr=ours,
                            env={"TERM": "xterm", **own})
    os.close(ours)
    line = os.read(theirs, 4096)
    tail.kill()
    tail.wait()
    os.close(theirs)
    assert b'{"n":' in line and (b"\x1b[" in line) == coloured


# ---- produce and load

async def test_produce_sends_lines_with_keys(topic, kafka, bridge):
    t = topic(1)
    b = bridge(t)
    code, _, err = run("produce", "--brokers", kafka.bootstrap, "--topic", t.name, stdin='plain\nkey\t{"a":1}\n\n')
    assert code == 0, err
    subscriber = await Subscriber({t.name: "earliest"}).connect(b.port)
    await subscriber.reach(t.name, {0: 2})
    await subscriber.close()
    text = "".join(event.text or "" for event in subscriber.receipts.events)
    assert '"k":"key"' in text and '"v":{"a":1}' in text and "plain" in text


async def test_produce_makes_a_load_and_load_counts_it(topic, kafka, bridge):
    t = topic(2)
    b = bridge(t)
    code, _, err = run("produce", "--brokers", kafka.bootstrap, "--topic", t.name, "--count", 500, "--size", 300, "--keys", 7)
    assert code == 0, err
    code, out, err = run("load", f"127.0.0.1:{b.port}", "--channel", t.name, "--clients", 20, "--from", "earliest",
                         "--until-total", 20 * 500, "--for", "200s", "--pid", b.process.pid, "--json")
    assert code == 0, err
    summary = json.loads(out)
    assert summary["updates"] == 20 * 500 and summary["lost"] == summary["repeated"] == 0
    assert summary["counters_lost"] == summary["counters_repeated"] == 0 and summary["server"]["rss"] > 0


async def test_load_ramps_up_and_ends_when_all_are_live(topic, kafka, bridge):
    t = topic(2)
    b = bridge(t)
    assert run("produce", "--brokers", kafka.bootstrap, "--topic", t.name, "--count", 500)[0] == 0
    code, out, err = run("load", f"127.0.0.1:{b.port}", "--channel", t.name, "--clients", 10, "--ramp", 5, "--from", "earliest",
                         "--until-live", "--json")
    assert code == 0, err
    summary = json.loads(out)
    assert summary["updates"] == 10 * 500 and summary["lost"] == summary["repeated"] == 0
    assert summary["seconds"] > 1, "five a second"


def test_produce_repeats_no_progress_into_a_file(topic, kafka):
    code, out, err = run("produce", "--brokers", kafka.bootstrap, "--topic", topic(1).name, "--rate", 10, "--for", "3s")
    assert (code, err) == (0, "") and re.search(r"^(\d+) records, .*, \1 acknowledged$", out), (out, err)


def test_load_where_no_bridge_is_says_so():
    assert run("load", "127.0.0.1:1", "--channel", "any") == (1, "", "tailrace: 127.0.0.1:1: Connection refused\n")


def test_tail_where_no_bridge_is_says_so():
    assert run("tail", "127.0.0.1:1", "any") == (1, "", "127.0.0.1:1: Connection refused\n")


async def test_produce_makes_the_demos_data(topic, kafka, bridge):
    b = bridge("metrics", "orders")
    subscriber = await Subscriber({"metrics": "earliest", "orders": "earliest"}).connect(b.port)
    code, _, err = run("produce", "--brokers", kafka.bootstrap, "--demo", "--back-dated", "30s", "--for", "1s")
    assert code == 0, err
    await subscriber.until(lambda: all(sum(subscriber.at(c).values()) > 20 for c in ("metrics", "orders")), "both topics")
    await subscriber.close()


@pytest.mark.parametrize("source", [[], ["--rate", "10"], ["--demo"]], ids=["lines", "load", "demo"])
def test_produce_without_a_broker_says_so_at_once(source):
    """Before it sends anything, and long before a record would be given up."""
    began = time.monotonic()
    code, out, err = run("produce", "--brokers", "127.0.0.1:1", *([] if "--demo" in source else ["--topic", "t"]), *source, stdin="x\n")
    assert (code, out) == (1, "")
    assert re.fullmatch(r"tailrace: kafka 127\.0\.0\.1:1: does not answer \(.*Connection refused\); is --brokers right\?\n", err)
    assert time.monotonic() - began < 25


def test_produce_where_a_broker_says_nothing_gives_up_too():
    """It takes the connection, and that is all."""
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        address = f"127.0.0.1:{mute.getsockname()[1]}"
        code, out, err = run("produce", "--brokers", address, "--topic", "t", stdin="x\n")
    assert (code, out, err.count("\n")) == (1, "", 1) and err.startswith(f"tailrace: kafka {address}: does not answer")


def test_produce_says_what_a_broker_refused(kafka, topic):
    code, out, _ = run("produce", "--brokers", kafka.bootstrap, "--topic", topic(1).name, "--count", 1, "--size", 2000,
                       "--kafka", "message.max.bytes=1000")
    assert code == 1 and re.search("0 acknowledged, 1 not: .+$", out)


# ---- the demo

def first_lines(address, channel, count):
    """So many lines of tail from the earliest on, as JSON."""
    tail = subprocess.Popen([binary(), "tail", address, channel, "--from", "earliest", "--json"], text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL)
    lines = [json.loads(tail.stdout.readline()) for _ in range(count)]
    tail.kill()
    tail.communicate()
    return lines


def test_the_demos_first_line_is_its_url_and_its_lines_work_as_printed():
    began = time.time() * 1000
    demo = subprocess.Popen([binary(), "demo", "--port", "0", "--kafka-port", "0"], text=True, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        address = re.fullmatch(r"http://(127\.0\.0\.1:\d+)\n", demo.stdout.readline()).group(1)
        shown = list(iter(demo.stdout.readline, "Ctrl-C ends it.\n"))
        kcat, produce = (line.strip() for line in shown if line.startswith("  "))
        while "kafka reachable" not in demo.stdout.readline():
            pass
        subprocess.run(kcat, shell=True, check=True, timeout=120)
        subprocess.run(produce.replace("--rate 10", "--rate 10 --count 5"), shell=True, check=True, timeout=120, stdout=subprocess.DEVNULL)
        eventually(lambda: b'"my-topic"' in urllib.request.urlopen(f"http://{address}/api/channels", timeout=60).read(), "the new channel")
        assert {line["v"].get("temperature", line["v"].get("n")) for line in first_lines(address, "my-topic", 6)} == {21.5, 0}
        assert 118_000 < began - first_lines(address, "orders", 1)[0]["t"] < 122_000, "back-dated by two minutes"
        demo.send_signal(signal.SIGINT)
        assert not re.search("acknowledged|sent", demo.communicate(timeout=300)[0]) and demo.returncode == 0
    finally:
        demo.kill()
        demo.communicate()


@pytest.mark.parametrize("flag, says", [("--port", "can't listen on "), ("--kafka-port", "")])
def test_the_demo_where_a_port_is_taken(flag, says):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        words = {"--port": 0, "--kafka-port": 0} | {flag: port}
        code, out, err = run("demo", *(word for pair in words.items() for word in pair))
    assert (code, out) == (1, "")
    assert err == f"tailrace: {flag}: {says}127.0.0.1:{port}: Address already in use; choose another with {flag}\n"


def test_a_bridge_with_the_file_of_compose_shows_the_demos_topics_as_the_demo_does(running, kafka):
    def shown(url):
        """What the page is told of the demo's channels, once they are there."""
        def told():
            listed = json.load(urllib.request.urlopen(f"{url}/api/channels", timeout=60))["channels"]
            return [each for each in listed if each["name"] in ("metrics", "orders")]

        eventually(lambda: len(told()) == 2, "the demo's channels")
        return sorted(told(), key=lambda each: each["name"])

    assert run("produce", "--brokers", kafka.bootstrap, "--demo", "--back-dated", "1s", "--for", "1s")[0] == 0
    demo = running("demo", "--port", 0, "--kafka-port", 0)
    bridge = running("serve", "-c", ROOT / "ops" / "channels.yaml", "--brokers", kafka.bootstrap, "--topics", "^.*",
                     "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--drain-grace", "0s", "--drain", "0s")
    port = bridge.until(r"listening on 127\.0\.0\.1:(\d+)", bridge.process.stderr).group(1)
    ours = shown(f"http://127.0.0.1:{port}")
    assert ours[0]["units"]["cpu"] == "%" and ours == shown(demo.until(r"^http://\S+$").group())


async def test_the_demo_is_read_by_kcat_and_by_a_websocket(running):
    demo = running("demo", "--port", 0, "--kafka-port", 0)
    url = demo.until(r"^http://127\.0\.0\.1:(\d+)$")
    kcat = demo.until(r"kcat -P -b (\S+) -t (\S+)")
    demo.until(r"tailrace produce --brokers")
    port, broker = int(url.group(1)), kcat.group(1)
    assert b"<title>" in urllib.request.urlopen(url.group(), timeout=60).read()
    subscriber = await Subscriber({"metrics": "earliest", "orders": "earliest"}).connect(port)
    await subscriber.until(lambda: all(sum(subscriber.at(c).values()) > 100 for c in ("metrics", "orders")), "two minutes' records")
    listing = subprocess.run(["kcat", "-L", "-J", "-b", broker], capture_output=True, text=True, timeout=120, check=True).stdout
    assert {"metrics", "orders"} <= {each["topic"] for each in json.loads(listing)["topics"]}
    subprocess.run(["kcat", "-P", "-b", broker, "-t", "mine"], input='{"temperature": 21.5}\n', text=True, timeout=120, check=True)
    subscriber.wants = {"mine": "earliest"}
    for _ in range(100):  # the topic's channel comes within seconds
        reply = await subscriber.reply(await subscriber.ask("channels"))
        if any(channel["name"] == "mine" for channel in reply.body):
            break
        await subscriber.until(lambda before=subscriber.updates: subscriber.updates > before, "time to pass")
    await subscriber.subscribe("mine")
    await subscriber.until(lambda: sum(subscriber.at("mine").values()) >= 1, "the record")
    await subscriber.close()
    assert demo.interrupt()[0] == 0
