"""The checker as a program, on files."""

import pathlib
import subprocess
import sys

import pytest

from checker import files, world

TESTS = pathlib.Path(__file__).resolve().parents[1]


@pytest.fixture
def folder(tmp_path):
    a_world, receipts = world.make(5)
    receipts.save(tmp_path / "client.jsonl")
    with open(tmp_path / "acked.jsonl", "w") as acked, open(tmp_path / "seen.jsonl", "w") as seen:
        for a in a_world.acked:
            files.write_record(acked, "metrics", a.partition, a.record, a.fate)
            if a.fate == "committed":
                files.write_record(seen, "metrics", a.partition, a.record)
    return tmp_path, [f"--kept=metrics:{p}={o}" for p, o in a_world.kept.items()]


def run(folder, *more):
    command = [sys.executable, "-m", "checker", "--acked", folder / "acked.jsonl", "--seen", folder / "seen.jsonl",
               "--to-the-end", *more, folder / "client.jsonl"]
    return subprocess.run(command, cwd=TESTS, capture_output=True, text=True)


def test_good_receipts_pass(folder):
    result = run(folder[0], *folder[1])
    assert (result.returncode, result.stdout) == (0, "checker: 1 clients, 0 faults\n"), result.stderr


def test_faults_are_told_with_exit_code_1(folder):
    result = run(folder[0])
    assert result.returncode == 1
    assert "false_gap at metrics[0]" in result.stdout
