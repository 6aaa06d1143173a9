"""Every command in the pages is run, or named here with the test that runs it, or with why none does and what proves it; every link
leads somewhere."""

import functools
import http.client
import os
import pathlib
import re
import shlex
import signal
import subprocess

import pytest

import bare
import pages
from elsewhere import ELSEWHERE, READ, STANDING_IN
from harness.bridge import Bridge, binary
from harness.kafka import ROOT
from harness.ports import free_ports

PATIENCE = 600  # seconds; nothing takes so long unless it is broken

# Not in Debian; another program asks the same.
REPLACED = {"websocat": ["/usr/bin/python3", "-m", "websockets"]}
# Quick where everything is there already, as it is while tests run; the marks a tenth of their size.
MARKS = ("fanout", "idle", "replay", "herd")
PREPARED = {"ops/build", "ops/deps run"}
DEMO = {"ops/demo", "ops/demo --port 8090"}
CLUSTER = {"ops/kafka up", "ops/kafka down"}
LIBRARY = {"npm install ../tailrace/web/client"}
# Ended by hand: what their output shows before, and the code with which they end then.
ENDLESS = {
    "tailrace serve --brokers kafka:9092 --topics metrics,orders": r"kafka reachable",
    "tailrace serve --brokers kafka:9092 --topics metrics,orders --origins http://localhost:5173": r"kafka reachable",
    "tailrace tail http://127.0.0.1:8080 metrics --from -60s": r"\d",
    "tailrace tail http://127.0.0.1:8080 metrics --json": r'"o":',
    'python3 -m websockets "ws://127.0.0.1:8080/ws?channel=metrics&from=-60s"': r'"ch":"metrics"',
    'websocat "ws://localhost:8080/ws?channel=metrics&from=-60s"': r'"ch":"metrics"',
}
ENDING = {
    "tailrace check": r"brokers",
    "tailrace check -c tailrace.yaml": r"brokers",
    "tailrace check --print-reference": r"^# ",
    "tailrace check -c tailrace.yaml --connect": r"metrics",
    "tailrace check --connect": r"metrics",
    "tailrace health": r"ready",
    "tailrace load http://127.0.0.1:8080 --channel metrics --clients 1000 --for 10s": r"lost",
    "curl -s http://127.0.0.1:8081/metrics": r"tailrace_kafka_reachable 1",
    "curl -s http://127.0.0.1:8081/sessions": r"\[",
    'curl -s -X POST "http://127.0.0.1:8081/log-level?level=debug"': r"debug",
    "ss -ltnp": r'127\.0\.0\.1:\d+ .*"tailrace"',
}

class World:
    """A Kafka with records in `metrics` and `orders` that go on coming, and a bridge."""

    def __init__(self, kafka, folder):
        self.kafka, self.folder = kafka, folder
        for topic in ("metrics", "orders"):
            kafka.create_topic(topic, 2)
        self.bridge = Bridge(kafka.bootstrap, ["metrics", "orders"], folder / "bridge.log")
        self.bridge.wait_ready()
        self._producer = subprocess.Popen([binary(), "produce", "--demo", "--brokers", kafka.bootstrap], stdin=subprocess.DEVNULL,
                                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=clean())
        (folder / "tailrace.yaml").write_text(f"brokers: [{kafka.bootstrap}]\ntopics: [metrics, orders]\n")

    def close(self):
        self._producer.send_signal(signal.SIGINT)
        self._producer.wait(PATIENCE)
        self.bridge.close()

    def command(self, command):
        """With this world's addresses in the place of those in the page."""
        for documented, own in (("127.0.0.1:8080", f"127.0.0.1:{self.bridge.port}"), ("localhost:8080", f"127.0.0.1:{self.bridge.port}"),
                                ("127.0.0.1:8081", f"127.0.0.1:{self.bridge.admin_port}"), ("kafka:9092", self.kafka.bootstrap)):
            command = command.replace(documented, own)
        words = shlex.split(command)
        words[:1] = ({"tailrace": [binary()], "python3": ["/usr/bin/python3"]} | REPLACED).get(words[0], words[:1])
        if "serve" in words:
            words += ["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--drain-grace", "0s", "--drain", "0s"]
        if words[1:] == ["health"]:
            words.append(f"127.0.0.1:{self.bridge.port}")
        if words[1:] in (["check"], ["check", "--connect"]):
            words += ["-c", "tailrace.yaml"]
        return words


def clean():
    return {key: value for key, value in os.environ.items() if not key.startswith("TAILRACE_")} | {"PYTHONUNBUFFERED": "1"}


@pytest.fixture(scope="module")
def world(kafka, tmp_path_factory):
    world = World(kafka, tmp_path_factory.mktemp("world"))
    yield world
    world.close()


def until_shown(process, pattern):
    """The output up to where the pattern has been seen."""
    seen = ""
    for line in process.stdout:
        seen += line
        if re.search(pattern, seen, re.M):
            return seen
    raise AssertionError(f"ended with {process.wait()} and without {pattern!r}:\n{seen[-2000:]}")


def test_every_command_has_its_test():
    marks = {f"ops/bench {mark}" for mark in MARKS}
    known = set(ELSEWHERE) | set(STANDING_IN) | set(READ) | marks | PREPARED | DEMO | CLUSTER | LIBRARY | set(ENDLESS) | set(ENDING)
    assert pages.all_commands() - known == set(), "in a page, and run by nothing"
    assert known - pages.all_commands() == set(), "run by a test, and in no page"


@pytest.mark.parametrize("command", sorted(ELSEWHERE))
def test_commands_of_other_tests_are_there(command):
    assert f'"{command}"' in (ROOT / ELSEWHERE[command]).read_text()


@pytest.mark.parametrize("command", sorted(STANDING_IN))
def test_what_stands_in_for_a_command_is_there(command):
    why, file, mark = STANDING_IN[command]
    assert why and mark in (ROOT / file).read_text()


def run(command, **options):
    """A script of this tree, as it stands in the page."""
    program, *words = command.split()
    return subprocess.run([ROOT / program, *words], text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=PATIENCE, **options)


@pytest.mark.parametrize("command", sorted(READ))
def test_the_script_itself_reads_the_words(command):
    """`ops/bare` does run: it copies the tree into a bare Debian, and there the other script reads its words."""
    if command.startswith("ops/bare") and not bare.is_ready():
        pytest.skip("no base system of ops/bare here yet, or not root")
    why, objection = READ[command]
    result = run(f"{command} nonsense")
    assert why and result.returncode != 0 and objection in result.stdout, result.stdout[-2000:]
    assert "==" not in result.stdout, "it began"


@pytest.mark.parametrize("command", sorted(PREPARED))
def test_commands_that_find_everything_prepared(command):
    result = run(command)
    assert result.returncode == 0, result.stdout[-2000:]


@functools.cache
def measured():
    """The marks at a tenth of their size, all on one Kafka: their lines. It builds the bare loop where that is missing."""
    environment = dict(os.environ)
    if not pathlib.Path(binary()).with_name("bench_bare").exists():
        environment.pop("TAILRACE_BIN", None)
    return run(f"ops/bench --quick {' '.join(MARKS)}", env=environment).stdout


@pytest.mark.parametrize("mark", MARKS)
def test_marks_measure(mark):
    """How fast a busy machine is, is not judged here; that nothing was lost is."""
    lines = re.findall(rf"^{mark}\b.*$", measured(), re.M)
    assert len(lines) >= 2, measured()[-2000:]
    losses = [line for line in lines if "lost or twice" in line]
    assert losses and all(line.endswith(" ok") for line in losses), lines


@pytest.mark.parametrize("command", sorted(ENDLESS))
def test_commands_that_go_on(world, command):
    process = subprocess.Popen(world.command(command), cwd=world.folder, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, env=clean())
    try:
        until_shown(process, ENDLESS[command])
        if command.startswith("tailrace"):
            process.send_signal(signal.SIGINT)
            process.stdout.read()
            assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("command", sorted(ENDING))
def test_commands_that_end(world, command):
    result = subprocess.run(world.command(command), cwd=world.folder, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, env=clean(), timeout=PATIENCE)
    assert result.returncode == 0, result.stdout[-2000:]
    assert re.search(ENDING[command], result.stdout), result.stdout[-2000:]


def test_a_health_check_asks_where_the_variable_says(world):
    """The image's own sees no flags."""
    variables = clean() | {"TAILRACE_LISTEN": f"0.0.0.0:{world.bridge.port}", "TAILRACE_PUBLIC": "true"}
    result = subprocess.run([binary(), "health"], env=variables, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert result.returncode == 0 and "ready" in result.stdout, result.stdout


def test_the_file_of_ops_is_a_good_one(tmp_path):
    (block,) = pages.blocks("ops/README.md", "yaml")
    password = tmp_path / "password"
    password.write_text("secret")
    (tmp_path / "tailrace.yaml").write_text(block.replace("/run/credentials/tailrace.service/sasl-password", str(password)))
    result = subprocess.run([binary(), "check", "-c", tmp_path / "tailrace.yaml"], text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, env=clean())
    assert result.returncode == 0 and "secret" not in result.stdout, result.stdout


def test_the_library_in_the_readme_works(world):
    (block,) = pages.blocks("README.md", "js")
    code = block.replace("127.0.0.1:8080", f"127.0.0.1:{world.bridge.port}")
    process = subprocess.Popen(["node", "--experimental-websocket", "--input-type=module", "--eval", code], cwd=ROOT / "web", text=True, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        assert "cpu" in until_shown(process, r"cpu")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_page_of_the_origin_that_the_readme_names_is_let_in(world):
    (command,) = [command for command in pages.commands("README.md") if "--origins" in command]
    process = subprocess.Popen(world.command(command), cwd=world.folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=clean())
    try:
        port = re.search(r"listening on 127\.0\.0\.1:(\d+)", until_shown(process, r"listening on \S+:\d")).group(1)
        named = command.split()[-1]
        assert [asked(port, origin) for origin in (named, f"{named}0", named.replace("http:", "https:"))] == [101, 403, 403]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def asked(port, origin):
    """What a browser that shows a page of this origin is answered."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", "/ws", headers={"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
                                              "Sec-WebSocket-Version": "13", "Origin": origin})
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.parametrize("command", sorted(LIBRARY))
def test_the_library_is_installed_in_a_project_of_its_own(command, tmp_path):
    words = command.replace("../tailrace", str(ROOT)).split()
    result = subprocess.run([*words, "--offline", "--no-audit", "--no-fund"], cwd=tmp_path, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert result.returncode == 0, result.stdout
    script = 'import { connect } from "tailrace"; console.log(typeof connect)'
    assert subprocess.run(["node", "--input-type=module", "--eval", script], cwd=tmp_path, text=True, stdout=subprocess.PIPE).stdout == "function\n"


@pytest.mark.parametrize("told", [False, True], ids=["somewhere", "where it is told"])
def test_a_kafka_comes_up_and_goes(tmp_path, told):
    environment = {**os.environ, "TAILRACE_KAFKA_DIR": str(tmp_path)}
    port = str(free_ports(1)[0]) if told else ""
    result = subprocess.run([ROOT / "ops" / "kafka", "up", *(["--port", port] if told else [])], text=True, stdout=subprocess.PIPE, env=environment)
    try:
        assert result.returncode == 0 and result.stdout.startswith(f"bootstrap=127.0.0.1:{port}")
    finally:
        down = subprocess.run([ROOT / "ops" / "kafka", "down"], env=environment)
    assert down.returncode == 0 and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("page", pages.PAGES)
def test_links_lead_somewhere(page):
    assert [target for target in pages.links(page) if not ((ROOT / page).parent / target).exists()] == []


def test_the_readme_is_short():
    assert pages.text("README.md").count("\n") < 200
    assert pages.text("CONTRIBUTING.md").count("\n") <= 60
