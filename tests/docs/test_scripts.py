"""What all scripts have in common, and the end of the one that takes a whole system away with it."""

import pathlib
import signal
import subprocess

import pytest

import bare
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
    process.stdout.read()  # until nobody has it any more
    assert process.wait() == 128 + number
    assert not [pid for pid in inside if pathlib.Path("/proc", pid).exists()] and bare.runs() <= before
