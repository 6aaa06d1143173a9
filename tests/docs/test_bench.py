"""ops/bench where something is missing. What it measures: test_pages.py."""

import os
import shutil
import subprocess
import sys

import pytest

from harness.kafka import ROOT


@pytest.fixture
def bench(tools, tmp_path):
    """`bench(word, …)`: its output in a tree whose other scripts only say what they are asked, where nothing can be compiled."""
    tree = tmp_path / "tree"
    shutil.copytree(ROOT / "ops", tree / "ops", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("deps", "build"):
        (tree / "ops" / name).write_text(f'#!/bin/bash\necho "{name} $*"\n')
    environment = tools(**{"c++": "echo the compiler; exit 1"}) | {"TAILRACE_BIN": "/bin/false", "CHROMIUM": ""}

    def run(*words, **variables):
        return subprocess.run([tree / "ops" / "bench", *words], env=environment | variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)

    return run


@pytest.mark.parametrize("words", [["--nonsense"], ["nomark"]])
def test_wrong_usage(bench, words):
    """Before anything is built."""
    result = bench(*words)
    assert result.returncode == 2 and words[0] in result.stdout and "the compiler" not in result.stdout


def test_help_is_given_among_other_words(bench):
    result = bench("--quick", "--help")
    assert result.returncode == 0 and result.stdout.startswith("Speed marks")


@pytest.mark.parametrize("words, wanted", [
    ([], ["build web", "deps browser", "the compiler"]), (["idle", "page"], ["build web", "deps browser", "the compiler"]),
    (["idle", "--json", "page.json"], ["the compiler"])])
def test_the_page_brings_what_it_needs(bench, words, wanted):
    assert bench(*words).stdout.splitlines() == wanted


def test_a_browser_that_is_named_is_not_brought(bench):
    assert bench("page", CHROMIUM="/opt/browser").stdout.splitlines() == ["build web", "the compiler"]


def test_python_is_brought_where_it_is_missing(bench, tmp_path):
    lean = tmp_path / "bin"
    lean.mkdir()
    for name in ("bash", "dirname", "realpath", "nproc"):
        (lean / name).symlink_to(shutil.which(name))
    assert bench("idle", PATH=str(lean), TAILRACE_CACHE=str(tmp_path)).stdout.startswith("deps kafka\n")


def test_a_bridge_that_ends_is_not_waited_for(tmp_path):
    program = tmp_path / "tailrace"
    program.write_text("#!/bin/sh\necho no such page; exit 2\n")
    program.chmod(0o755)
    script = "import types, processes; processes.Bridge(types.SimpleNamespace(brokers='none'), 'topic')"
    result = subprocess.run([sys.executable, "-B", "-c", script], cwd=ROOT / "ops" / "bench.d", env=os.environ | {"TAILRACE_BIN": str(program)},
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert (result.returncode, result.stdout) == (1, "bench: the bridge ended with 2: no such page\n\n")
