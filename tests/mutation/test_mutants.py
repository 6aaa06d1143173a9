"""Each fault of mutants.py, put into a copy of the core, breaks the promise in the model's random histories; the core as it
is keeps it. What does not end, or crashes, is found too."""

import concurrent.futures
import os
import pathlib
import subprocess

import mutants
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNITS = {"shard/cursor.cpp": "bridge", "log/channel_log.cpp": "bridge", "log/log_keeper.cpp": "bridge",
         "mutation/play.cpp": "tests"}
COMPILER = ["g++", "-std=c++20", "-O1"]
HISTORIES = "3000"  # a second or two; most faults are found in the first few
# 10 seconds of the processor, not of the clock: far more than they take.
LIMITED = ["prlimit", "--cpu=10", f"--as={2 << 30}", "--core=0"]
FOREIGN = "algorithm cstdint deque functional list map memory optional random stdexcept string vector " \
          "boost/intrusive/list.hpp boost/system/result.hpp"


def compile_unit(unit, includes, foreign, target):
    where = next((folder / unit for folder in includes if (folder / unit).exists()), ROOT / UNITS[unit] / unit)
    includes = [f"-I{folder}" for folder in (*includes, ROOT / "bridge", ROOT / "tests/unit")]
    subprocess.run([*COMPILER, "-include", foreign, *includes, "-c", where, "-o", target], check=True)


def compile_foreign(folder):
    """What everyone includes, compiled once: most of what a compilation costs."""
    header = folder / "foreign.h"
    header.write_text("".join(f"#include <{name}>\n" for name in FOREIGN.split()))
    subprocess.run([*COMPILER, "-x", "c++-header", header, "-o", f"{header}.gch"], check=True)
    return header


def link(objects, target):
    subprocess.run(["g++", *objects, "-o", target], check=True)


def play(program):
    return subprocess.run([*LIMITED, program, HISTORIES], stdout=subprocess.PIPE, text=True)


def mutated(mutant, folder):
    """A folder with the file as the mutant has it, to be looked into before the true ones."""
    _, file, text, instead = mutant
    source = (ROOT / "bridge" / file).read_text()
    assert source.count(text) == 1, f"{file} has not once: {text}"
    (folder / file).parent.mkdir(parents=True)
    (folder / file).write_text(source.replace(text, instead))


def run_mutant(mutant, healthy, foreign, folder):
    mutated(mutant, folder)
    file = mutant[1]
    objects = []
    for unit, built in healthy.items():
        own = folder / built.name
        if file == unit or file.endswith(".h"):
            compile_unit(unit, [folder], foreign, own)
        objects.append(own if own.exists() else built)
    link(objects, folder / "play")
    return play(folder / "play")


@pytest.fixture(scope="module")
def workers():
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        yield pool


@pytest.fixture(scope="module")
def foreign(tmp_path_factory):
    return compile_foreign(tmp_path_factory.mktemp("foreign"))


@pytest.fixture(scope="module")
def healthy(workers, foreign, tmp_path_factory):
    folder = tmp_path_factory.mktemp("healthy")
    objects = {unit: folder / unit.replace("/", "-").replace(".cpp", ".o") for unit in UNITS}
    list(workers.map(lambda unit: compile_unit(unit, [], foreign, objects[unit]), UNITS))
    return objects


@pytest.fixture(scope="module")
def runs(request, workers, healthy, foreign, tmp_path_factory):
    def begin(mutant):
        return workers.submit(run_mutant, mutant, healthy, foreign, tmp_path_factory.mktemp("mutant"))
    chosen = [item.callspec.params.get("mutant") for item in request.session.items if hasattr(item, "callspec")]
    return {mutant: begin(mutant) for mutant in mutants.MUTANTS if mutant in chosen}


def test_the_core_keeps_the_promise(healthy, tmp_path):
    link(healthy.values(), tmp_path / "play")
    played = play(tmp_path / "play")
    assert played.returncode == 0, played.stdout


@pytest.mark.parametrize("mutant", mutants.MUTANTS, ids=lambda mutant: f"{mutant[1]}: {mutant[0]}")
def test_caught(mutant, runs):
    assert runs[mutant].result().returncode != 0
