"""What all scripts have in common, and the ends of those that have much to take down."""

import os
import pathlib
import shutil
import signal
import subprocess

import pytest

import bare
from fifo import PATIENCE, ends, told
from harness.kafka import ROOT

SCRIPTS = sorted(path.name for path in (ROOT / "ops").iterdir() if path.is_file() and path.read_bytes().startswith(b"#!"))


@pytest.mark.parametrize("script", SCRIPTS)
def test_help_is_no_failure(script):
    result = subprocess.run([ROOT / "ops" / script, "--help"], text=True, stdout=subprocess.PIPE)
    assert result.returncode == 0 and f"ops/{script}" in result.stdout


def descendants(pid):
    """Of all threads of a process."""
    for children in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            yield from (child, *descendants(child))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_bare_ends_with_all_of_it_when_it_is_told_to(number):
    if not bare.is_ready():
        pytest.skip("no base system of ops/bare here yet, or not root")
    before = bare.runs()
    process = subprocess.Popen([ROOT / "ops" / "bare", "bash", "-c", "echo inside; sleep infinity & wait"], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, text=True, preexec_fn=lambda: signal.signal(number, signal.SIG_DFL))
    assert process.stdout.readline() == "inside\n"
    inside = list(descendants(process.pid))
    assert len(inside) >= 3
    process.send_signal(number)
    process.communicate(timeout=PATIENCE)  # until nobody has it any more
    assert process.returncode == 128 + number
    assert not [pid for pid in inside if pathlib.Path("/proc", pid).exists()] and bare.runs() <= before


def test_bare_takes_a_tree_without_history(tmp_path):
    """As a tarball has it, without what is built there, and whatever git is told by the one who runs it."""
    if not bare.is_ready():
        pytest.skip("no base system of ops/bare here yet, or not root")
    tree = tmp_path / "tree"
    shutil.copytree(ROOT / "ops", tree / "ops", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".gitignore", tree)
    (tree / "build").mkdir()
    (tree / "build" / "program").touch()
    (tmp_path / "ignored").write_text("ops\n")
    (tmp_path / "config").write_text(f"[core]\n\texcludesFile = {tmp_path}/ignored\n")
    subprocess.run(["git", "init", "--quiet", tmp_path / "other"], check=True)
    environment = os.environ | {"GIT_CONFIG_GLOBAL": str(tmp_path / "config"), "GIT_INDEX_FILE": str(tmp_path / "index")}
    subprocess.run(["git", "-C", tree, f"--git-dir={tmp_path}/other/.git", "--work-tree=.", "add", "--force", "ops"], env=environment, check=True)
    result = subprocess.run([tree / "ops" / "bare", "ls", "-A"], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert (result.returncode, result.stdout.split()) == (0, [".gitignore", "ops"]), result.stdout


WAITS = """
import os, pathlib, signal, subprocess, threading, pytest
HERE = pathlib.Path(__file__).parent
signal.signal(signal.SIGTERM, lambda *_: pytest.exit("terminated", 143))
@pytest.fixture
def up():
    child = subprocess.Popen(["sh", "-c", "exec sleep infinity"])
    yield child.pid
    child.wait()
    (HERE / "taken down").touch()
    if ENDLESS:
        (HERE / "pids").write_text("taking down")
        threading.Event().wait()
def test_waits(up):
    (HERE / "pids").write_text(f"{os.getpid()} {up}")
    threading.Event().wait()
"""
NEXT = "def test_next(): open(__file__ + '.began', 'w')"


def alone(tmp_path, endless):
    """A tree whose tests are these; taking down what they have up goes on for ever, or not."""
    tree = tmp_path / "tree"
    shutil.copytree(ROOT / "ops", tree / "ops", ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in {"ops/deps": "#!/bin/sh", "ops/build": "#!/bin/sh", "build/release/tailrace": "", "build/web/.built": "",
                       "tests/integration/test_waits.py": f"ENDLESS = {endless}{WAITS}", "tests/mutation/test_next.py": NEXT}.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(f"{text}\n")
        (tree / name).chmod(0o755)
    os.mkfifo(tree / "tests/integration/pids")
    return tree


@pytest.mark.parametrize("endless", [False, True], ids=["in good order", "told twice"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_tests_end_with_all_that_they_have_up(number, endless, tmp_path):
    """Also where only the script is told, and not its whole group."""
    tree = alone(tmp_path, endless)
    process = subprocess.Popen([tree / "ops/test", "integration"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               text=True, preexec_fn=lambda: signal.signal(number, signal.SIG_DFL))
    up = [os.pidfd_open(int(pid)) for pid in told(tree / "tests/integration/pids", process).split()]
    process.send_signal(number)
    if endless:
        assert told(tree / "tests/integration/pids", process) == "taking down"
        process.send_signal(number)
    said, _ = process.communicate(timeout=PATIENCE)  # until nobody has it any more
    assert process.returncode == 128 + number, said
    assert (tree / "tests/integration/taken down").exists() and all(map(ends, up)), said
    assert not list(tree.glob("tests/mutation/*.began")), "it went on"
