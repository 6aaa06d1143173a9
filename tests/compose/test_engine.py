"""The tests' own engine: what it takes back, and what it says where it can't work."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

from engine import Engine, too_old

HERE = pathlib.Path(__file__).parent


@pytest.mark.parametrize("version, fits", [("20.10.24+dfsg1", True), ("28.2.2", True), ("19.03.15", False), ("1.13.1", False), ("20.9.0", False)])
def test_an_old_docker_is_told(version, fits):
    assert (too_old(version) == "") == fits
    assert fits or version in too_old(version)


def test_an_engine_that_cannot_start_says_why(tmp_path, monkeypatch):
    if os.geteuid() != 0:
        pytest.skip("only root starts engines")
    for name, script in (("docker", "exit 1"), ("dockerd", "echo 'level=fatal msg=\"no overlay for you\"' >&2; exit 1")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    engine = Engine()
    assert engine.why_not == "no Docker engine runs here, and none can be started: no overlay for you"
    engine.close()


@pytest.mark.parametrize("shared, version, why_not", [
    ("", "28.2.2", "the Docker engine here is not the tests' own: TAILRACE_DOCKER=shared lets them make images in it"),
    ("shared", "28.2.2", ""), ("shared", "19.03.15", "Docker 19.03.15 is too old: 20.10 or newer, please")])
def test_an_engine_of_somebody_else_is_used_where_that_is_allowed(shared, version, why_not, tmp_path, monkeypatch):
    (tmp_path / "docker").write_text(f"#!/bin/sh\necho {version}\n")
    (tmp_path / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("TAILRACE_DOCKER", shared)
    engine = Engine()
    assert (engine.why_not, engine.own) == (why_not, False)
    engine.close()


def test_a_client_without_an_engine_says_so(tmp_path, monkeypatch):
    if os.geteuid() != 0:
        pytest.skip("only root starts engines")
    (tmp_path / "docker").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "docker").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert Engine().why_not == "no Docker engine runs here, and there is no dockerd to start one"


SCRIPT = """
import subprocess, sys
sys.path.insert(0, sys.argv[1])
from engine import Network, lines_of
def iptables(*words): subprocess.run(["iptables", *words], check=True)
def rules(): return [lines_of("iptables", "-t", table, "-S") for table in ("filter", "nat")]
iptables("-A", "INPUT", "-p", "tcp", "--dport", "99", "-j", "DROP")
before, network = rules(), Network()
iptables("-N", "DOCKER"), iptables("-N", "DOCKER-USER"), iptables("-P", "FORWARD", "DROP")
iptables("-A", "FORWARD", "-j", "DOCKER-USER"), iptables("-A", "DOCKER-USER", "-j", "RETURN"), iptables("-A", "FORWARD", "-o", "docker0", "-j", "DOCKER")
iptables("-t", "nat", "-N", "DOCKER"), iptables("-t", "nat", "-A", "POSTROUTING", "-s", "172.17.0.0/16", "!", "-o", "docker0", "-j", "MASQUERADE")
iptables("-t", "nat", "-A", "POSTROUTING", "-s", "172.17.0.2/32", "-d", "172.17.0.2/32", "-p", "tcp", "--dport", "8080", "-j", "MASQUERADE")
subprocess.run(["ip", "link", "add", "docker0", "type", "bridge"], check=True)
assert rules() != before
network.restore()
assert rules() == before, rules()
assert not lines_of("ip", "link", "show", "docker0")
iptables("-A", "INPUT", "-s", "172.16.0.0/12", "-p", "tcp", "--dport", "98", "-j", "DROP")
iptables("-t", "nat", "-A", "POSTROUTING", "-s", "172.30.0.0/16", "-j", "MASQUERADE")
network.restore()
assert any("98" in line for line in rules()[0]) and any("172.30" in line for line in rules()[1]), "a rule of somebody else"
print("restored")
"""


def test_it_takes_back_what_it_did_to_the_network():
    """In a network namespace of the test's own."""
    if os.geteuid() != 0 or not shutil.which("iptables"):
        pytest.skip("needs root and iptables")
    result = subprocess.run(["unshare", "--net", sys.executable, "-c", SCRIPT, HERE], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert result.stdout.splitlines()[-1:] == ["restored"], result.stdout
