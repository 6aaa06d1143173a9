"""ops/demo as a stranger runs it."""

import os
import pathlib
import pty
import re
import signal
import socket
import subprocess
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


def test_every_line_for_pasting_adds_a_record():
    """Those that it prints and those of the page's card, as they stand."""
    port, kafka = map(str, free_ports(2))
    result = subprocess.run([pathlib.Path(__file__).with_name("stranger"), "--port", port, "--kafka-port", kafka], text=True,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600)
    assert result.returncode == 0, result.stdout[-3000:]
    assert len(re.findall(r"^a record more in (?:my-topic|hello), by: ", result.stdout, re.M)) == 6, result.stdout
    assert not listens(int(port)) and not listens(int(kafka))


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
        said = os.read(ours, 4096).decode()
        assert said, seen
        seen += said
    (tmp_path / "go").write_text("\n")
    assert process.wait(300) == 1
    os.close(ours)
