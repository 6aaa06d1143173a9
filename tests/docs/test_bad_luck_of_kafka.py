"""Where ops/kafka can't work, or is ended while it does."""

import os
import pathlib
import signal
import subprocess
import sys

import pytest

from fifo import PATIENCE, told
from harness.kafka import ROOT

KAFKA = ROOT / "ops" / "kafka"


def run(word, env):
    return subprocess.run([KAFKA, word], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env)


def test_a_maven_that_fetches_nothing(tools, tmp_path):
    environment = tools(mvn="echo '[ERROR] no route'; exit 1") | {"TAILRACE_CACHE": str(tmp_path / "cache"), "TAILRACE_KAFKA_DIR": str(tmp_path / "data")}
    result = run("up", env=environment)
    assert result.returncode == 1
    assert "kafka: Maven could not fetch the jars: look at the network and Maven's settings" in result.stdout.splitlines(), result.stdout
    assert not (tmp_path / "data").exists() and not list((tmp_path / "cache").glob("kafka-*/.complete"))


def test_a_kafka_that_has_no_place():
    result = run("up", env={**os.environ, "TAILRACE_KAFKA_DIR": "/dev/full/kafka"})
    assert result.returncode == 1
    assert result.stdout == "kafka: /dev/full/kafka/default: Not a directory; choose another folder: TAILRACE_KAFKA_DIR=…\n"


def test_a_kafka_of_that_name_stays_as_it_is(tmp_path):
    (tmp_path / "default").mkdir()
    result = run("up", env={**os.environ, "TAILRACE_KAFKA_DIR": str(tmp_path)})
    assert (result.returncode, result.stdout) == (1, "kafka: a cluster 'default' is there already; `down` it or choose another --name\n")
    assert (tmp_path / "default").is_dir()


@pytest.mark.parametrize("program", ["kafka.tools.StorageTool", "kafka.Kafka"])
def test_a_kafka_that_is_told_to_end_while_it_starts(tools, tmp_path, program):
    """No node, nothing that formats one, and no data stays, as with Ctrl-C."""
    os.mkfifo(tmp_path / "began")
    environment = tools(java=f'[[ " $* " != *" {program} "* ]] || {{ until [[ $(cat pid) = "$$ "* ]]; do sleep 0.1; done; echo $$ >{tmp_path}/began; exec sleep infinity; }}') | {"TAILRACE_KAFKA_DIR": str(tmp_path / "data")}
    process = subprocess.Popen([KAFKA, "up"], stdin=subprocess.DEVNULL, env=environment)
    node = told(tmp_path / "began", process).strip()
    process.terminate()
    assert process.wait(PATIENCE) == 143
    assert not pathlib.Path("/proc", node).exists() and list((tmp_path / "data").iterdir()) == []


@pytest.mark.parametrize("when", ["write_text", "rename"])
def test_a_kafka_of_a_killed_start_goes_down(tmp_path, when):
    """Killed on either side of the moment at which its plan stands there."""
    environment = {**os.environ, "TAILRACE_KAFKA_DIR": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    script = f"""
import cluster, os, pathlib
whole = pathlib.Path.{when}
def killed(path, *words):
    if {when!r} == "rename": whole(path, *words)
    else: whole(path, words[0][:40])
    os.kill(os.getpid(), 9)
pathlib.Path.{when} = killed
one = cluster.Cluster("default")
one.claim(), one.create(cluster.make_plan(1, 0, [], {{}}, "4.1.1"))
"""
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT / "ops" / "kafka.d", env=environment).returncode == -signal.SIGKILL
    result = run("down", env=environment)
    assert (result.returncode, result.stdout, list(tmp_path.iterdir())) == (0, "", [])


# too little for the plan, for a node's settings, to be formatted, and to start
@pytest.mark.parametrize("pages, used", [(1, 1), (1, 0), (3, 0), (10, 0)])
def test_a_kafka_that_has_no_space(tmp_path, pages, used):
    if os.geteuid() != 0:
        pytest.skip("only root mounts")
    script = (f"mount -t tmpfs -o size={4 * pages}k none {tmp_path}; cd {tmp_path}; [ {used} = 0 ] || head -c {4096 * used} /dev/zero >.used\n"
              f"export TAILRACE_KAFKA_DIR={tmp_path}; {ROOT}/ops/kafka up; echo $?; ls {tmp_path}")
    result = subprocess.run(["unshare", "--mount", "bash", "-c", script], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, timeout=600)
    assert result.stdout == f"kafka: no space in {tmp_path}; free some, or choose another folder: TAILRACE_KAFKA_DIR=…\n1\n"
