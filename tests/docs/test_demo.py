"""ops/demo as a stranger runs it, and its bad luck."""

import os
import pathlib
import pty
import re
import shutil
import signal
import socket
import subprocess
import threading
import urllib.request

import pytest

from harness.kafka import ROOT
from harness.ports import free_ports

DEMO = ROOT / "ops" / "demo"


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def body(url):
    with urllib.request.urlopen(url, timeout=300) as answer:
        assert answer.status == 200
        return answer.read().decode()


def eventually(done, what):
    """For what only asking shows. Asks five times a second."""
    for _ in range(1500):
        if done():
            return
        threading.Event().wait(0.2)
    raise TimeoutError(f"waited 300 s for {what} in vain")


class Demo:
    def __init__(self, *words):
        self.process = subprocess.Popen([DEMO, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        text=True, start_new_session=True)
        self.seen = ""

    def until(self, pattern):
        for line in self.process.stdout:
            self.seen += line
            if match := re.search(pattern, self.seen, re.M):
                return match
        raise AssertionError(f"ended with {self.process.wait()} and without {pattern!r}:\n{self.seen[-3000:]}")

    def interrupt(self):
        """Ctrl-C goes to the whole group."""
        os.killpg(self.process.pid, signal.SIGINT)
        self.seen += self.process.stdout.read()
        return self.process.wait(300)

    def close(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process.stdout.close()


@pytest.fixture
def demo():
    running = []

    def start(*words):
        running.append(Demo(*map(str, words)))
        return running[-1]

    yield start
    for each in running:
        each.close()


def test_it_says_what_it_does_shows_the_page_and_ends_with_all_of_it(demo):
    """Builds first where something changed; a second start builds nothing."""
    port, kafka = free_ports(2)
    first = demo("--port", port, "--kafka-port", kafka)
    first.until(rf"^http://127\.0\.0\.1:{port}$")
    first.until(rf"kcat -P -b 127\.0\.0\.1:{kafka} ")
    first.until(r"kafka reachable")
    assert re.search(r"^== building the bridge, release: \d+ s$", first.seen, re.M), first.seen
    assert re.search(r"^== building the page: \d+ s$", first.seen, re.M), first.seen
    assert "<title>" in body(f"http://127.0.0.1:{port}/")
    assert first.interrupt() == 0
    assert not listens(port) and not listens(kafka)
    program = ROOT / "build" / "release" / "tailrace"
    built = program.stat().st_mtime_ns, (ROOT / "build" / "web" / ".built").stat().st_mtime_ns
    second = demo("--port", port, "--kafka-port", kafka)
    second.until(r"kafka reachable")
    assert second.interrupt() == 0
    assert built == (program.stat().st_mtime_ns, (ROOT / "build" / "web" / ".built").stat().st_mtime_ns)


def test_a_line_of_kcat_reaches_the_page(demo):
    port, kafka = free_ports(2)
    running = demo("--port", port, "--kafka-port", kafka)
    line = running.until(r"^  (echo .* kcat .*)$").group(1)
    running.until(r"kafka reachable")
    assert subprocess.run(["bash", "-c", line]).returncode == 0
    eventually(lambda: '"my-topic"' in body(f"http://127.0.0.1:{port}/api/channels"), "the new topic's channel")
    tail = subprocess.Popen([ROOT / "build" / "release" / "tailrace", "tail", f"127.0.0.1:{port}", "my-topic", "--from", "earliest"],
                            text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert "21.5" in tail.stdout.readline()
    tail.send_signal(signal.SIGINT)
    assert tail.wait(300) == 0
    assert running.interrupt() == 0


@pytest.mark.parametrize("option", ["--port", "--kafka-port"])
def test_a_port_that_is_taken(option):
    """Before anything is built."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        others = free_ports(2)
        words = {"--port": others[0], "--kafka-port": others[1]} | {option: port}
        result = run(*(str(word) for pair in words.items() for word in pair))
    assert result.returncode == 1
    assert result.stdout == f"demo: port {port} is taken; choose another: ops/demo {option} {8090 if option == '--port' else 9192}\n"


@pytest.mark.parametrize("words, said", [
    (["--port", "70000"], "demo: --port: '70000' is no port; see ops/demo --help\n"),
    (["--port"], "demo: --port wants a value; see ops/demo --help\n"),
    (["--speed"], "demo: can't make sense of '--speed'; see ops/demo --help\n")])
def test_wrong_usage(words, said):
    result = run(*words)
    assert (result.returncode, result.stdout) == (2, said)


def run(*words, script=DEMO, **options):
    return subprocess.run([script, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=600, **options)


@pytest.fixture
def tools(tmp_path):
    """A folder to stand first in PATH, with tools that answer as a poorer machine would."""
    def make(**scripts):
        for name, script in scripts.items():
            path = tmp_path / name.replace("_", "-")
            path.write_text(f"#!/bin/bash\n{script}\n")
            path.chmod(0o755)
        return {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}

    return make


def ports():
    page, kafka = free_ports(2)
    return ["--port", str(page), "--kafka-port", str(kafka)]


@pytest.mark.parametrize("script, words", [("demo", None), ("test", ["unit"])])
def test_no_space(tools, script, words):
    environment = tools(df="echo Filesystem Size Used Available; echo /dev/x 100000 99900 100")
    result = run(*(ports() if words is None else words), script=ROOT / "ops" / script, env=environment)
    assert result.returncode == 1
    said = result.stdout.splitlines()[0]
    assert re.fullmatch(rf"{script}: no space: about \d+ MB are needed in /.*, 100 MB are free", said)


@pytest.mark.parametrize("script, words", [("demo", None), ("test", ["unit"])])
def test_no_apt(tools, tmp_path, script, words):
    """Something is missing and nothing can install it."""
    lean = tmp_path / "bin"
    lean.mkdir()
    for name in ("bash", "dirname", "realpath", "nproc", "sed", "df", "awk", "id", "sort", "xargs", "basename", "rm", "mkdir", "env", "cat", "echo"):
        (lean / name).symlink_to(shutil.which(name))
    environment = tools(dpkg_query="exit 1") | {"PATH": f"{tmp_path}:{lean}"}
    result = run(*(ports() if words is None else words), script=ROOT / "ops" / script, env=environment)
    assert result.returncode == 1
    assert "deps: no apt-get here; needed: " in result.stdout, result.stdout


@pytest.mark.parametrize("words", [["--nonsense"], ["nomark"]])
def test_wrong_usage_of_the_bench(words):
    """Before anything is built."""
    result = run(*words, script=ROOT / "ops" / "bench")
    assert result.returncode == 2 and words[0] in result.stdout and "building" not in result.stdout


POLICY = pathlib.Path("/usr/sbin/policy-rc.d")


@pytest.mark.parametrize("fails", ["update", "install"])
@pytest.mark.parametrize("script, words", [("demo", None), ("deps", ["run"])])
def test_an_apt_that_fetches_nothing(tools, tmp_path, script, words, fails):
    """The line of apt that says why, what to look at; and nothing stays of what it began."""
    if os.geteuid() != 0:
        pytest.skip("only root installs")
    (tmp_path / "tmp").mkdir()
    policy = POLICY.exists()
    environment = tools(dpkg_query="exit 1", apt_get=f"[[ $* != *{fails}* ]] || {{ echo 'Err:1 http://archive Could not resolve'; exit 100; }}")
    result = run(*(ports() if words is None else words), script=ROOT / "ops" / script, env=environment | {"TMPDIR": str(tmp_path / "tmp")})
    assert result.returncode == 1
    said = "deps: apt could not install the packages: Err:1 http://archive Could not resolve. Look at the network and /etc/apt; Debian 12 is what this is made for"
    assert said in result.stdout.splitlines(), result.stdout
    assert list((tmp_path / "tmp").iterdir()) == [] and POLICY.exists() == policy


@pytest.mark.parametrize("terminal", [True, False])
def test_an_apt_that_takes_its_time_is_seen_at_work(tools, tmp_path, terminal):
    """The seconds and what it says, until it goes on."""
    if os.geteuid() != 0:
        pytest.skip("only root installs")
    os.mkfifo(tmp_path / "go")
    environment = tools(dpkg_query="exit 1", apt_get=f"[[ $* != *install* ]] || {{ echo 'Unpacking everything'; read <{tmp_path}/go; exit 100; }}")
    ours, theirs = pty.openpty() if terminal else os.pipe()
    process = subprocess.Popen([ROOT / "ops" / "deps", "run"], stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    seen = ""
    while not re.search(r"(\r\x1b\[K|^)-- \d+ s: Unpacking everything" + ("" if terminal else "$"), seen, re.M):
        seen += os.read(ours, 4096).decode()
    (tmp_path / "go").write_text("\n")
    assert process.wait(300) == 1
    os.close(ours)


def test_an_npm_that_fetches_nothing(tools, tmp_path):
    """A second start begins anew, as nothing counts as installed."""
    tree = tmp_path / "tree"
    (tree / "web").mkdir(parents=True)
    shutil.copytree(ROOT / "ops", tree / "ops", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / "web" / name, tree / "web")
    environment = tools(npm="exit 1", node="echo 22") | {"TAILRACE_CACHE": str(tmp_path / "cache")}
    result = run("web", script=tree / "ops" / "build", env=environment)
    assert result.returncode == 1
    assert "build: npm could not fetch what the page is built with: look at the network and npm's settings" in result.stdout.splitlines()
    assert not (tree / "web" / "node_modules").exists() and not (tree / "build").exists()


def test_a_kafka_whose_port_is_taken(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = run("up", "--port", str(port), script=ROOT / "ops" / "kafka", env={**os.environ, "TAILRACE_KAFKA_DIR": str(tmp_path)})
    assert (result.returncode, result.stdout) == (1, f"kafka: port {port} is taken; choose another with --port\n")
    assert list(tmp_path.iterdir()) == []


def test_a_kafka_that_has_no_place():
    result = run("up", script=ROOT / "ops" / "kafka", env={**os.environ, "TAILRACE_KAFKA_DIR": "/dev/full/kafka"})
    assert result.returncode == 1
    assert result.stdout == "kafka: /dev/full/kafka/default: Not a directory; choose another folder: TAILRACE_KAFKA_DIR=…\n"


def test_no_rights(tmp_path):
    """Not root, and something is missing; not the owner of the tree."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    tree = tmp_path / "tree"
    shutil.copytree(ROOT / "ops", tree / "ops", ignore=shutil.ignore_patterns("__pycache__"))
    for folder in [tree, *tree.parents]:
        if folder.is_relative_to(tmp_path.parent.parent):
            folder.chmod(0o755)
    for script, words in (("demo", ports()), ("build", ["release"]), ("test", ["unit"])):
        result = run(*words, script=tree / "ops" / script, user=65534, env={**os.environ, "HOME": "/nonexistent"})
        assert result.returncode == 1
        assert result.stdout == f"{script}: can't write to {tree}; run as its owner, or as root\n"
