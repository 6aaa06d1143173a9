"""What holds for every file of the repository."""

import json
import os
import subprocess

import tree

TOP = {"CMakeLists.txt", "CMakePresets.json", "CONTRIBUTING.md", "Dockerfile", "LICENSE", "README.md", "bridge",
       "docker-compose.yml", "ops", "schemas", "tests", "web"}
SOURCES = (".h", ".cpp", ".py", ".ts", ".tsx", ".mjs", ".js", ".css")
LINES = 400  # far above what a file should need; a noun is missing
TEST_LINES = 800  # a list of behaviours may be longer


def scripts():
    return [path for path in tree.files("ops") if path.read_bytes().startswith(b"#!")]


def test_the_top_level_stays_short():
    assert not {name for name in os.listdir(tree.ROOT) if not name.startswith(".")} - TOP - {"build"}


def test_no_file_knows_where_it_was_written():
    assert not [str(path) for path, text in tree.texts() if str(tree.ROOT) + "/" in text]


def test_text_is_tidy():
    wrong = [str(path) for path, text in tree.texts() if "\r" in text or (text and not text.endswith("\n"))
             or any(line != line.rstrip() for line in text.split("\n") if path.suffix != ".md")]
    assert not wrong


def test_sources_are_short():
    def limit(path):
        return TEST_LINES if "tests" in path.parts or "test" in path.parts else LINES

    assert not [str(path) for path, text in tree.texts(*SOURCES) if text.count("\n") > limit(path)]


def test_scripts_can_be_run():
    assert scripts()
    assert not [str(path) for path in scripts() if not os.access(path, os.X_OK)]


def test_shell_scripts_parse():
    wrong = [str(path) for path in scripts() if b"bash" in path.read_bytes().split(b"\n")[0]
             and subprocess.run(["bash", "-n", path]).returncode != 0]
    assert not wrong


def test_lock_files_name_no_registry():
    locks = [path for path in tree.files() if path.name == "package-lock.json"]
    wrong = [str(path) for path in locks for package in json.loads(path.read_text())["packages"].values()
             if "://" in package.get("resolved", "")]
    assert not wrong
