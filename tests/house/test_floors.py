"""Includes run downward only: a folder of bridge/ includes itself and the floors below it."""

import pathlib
import re

import pytest
import tree

FLOORS = (("base",), ("log",), ("wire", "auth", "config"), ("kafka", "shard"), ("net",), ("commands", "app"), ("main",))
LEVEL = {folder: level for level, floor in enumerate(FLOORS) for folder in floor}
SOURCES = {path: text for path, text in tree.texts(".h", ".cpp") if path.parts[0] == "bridge"}


def folder_of(path):
    return path.parts[1] if len(path.parts) > 2 else path.stem


def allowed(folder, included):
    return folder == included or LEVEL[included] < LEVEL[folder]


def includes(text):
    return re.findall(r'^\s*#\s*include\s+(["<][^">]+[">])', text, re.MULTILINE)


def own_includes(text):
    return [name.strip('"') for name in includes(text) if name.startswith('"')]


@pytest.mark.parametrize("folder, included, expected", [
    ("log", "base", True), ("log", "log", True), ("base", "log", False), ("wire", "config", False),
    ("shard", "kafka", False), ("net", "kafka", True), ("app", "commands", False), ("main", "app", True)])
def test_the_rule_knows_up_from_down(folder, included, expected):
    assert allowed(folder, included) == expected


def test_every_folder_has_a_floor():
    assert {folder_of(path) for path in SOURCES} <= set(LEVEL)


def test_includes_run_downward():
    wrong = [f"{path}: {name}" for path, text in SOURCES.items() for name in own_includes(text)
             if name.split("/")[0] not in LEVEL or not allowed(folder_of(path), name.split("/")[0])]
    assert not wrong


def test_own_code_is_included_in_quotes():
    """Where the rule above sees it."""
    wrong = [f"{path}: {name}" for path, text in SOURCES.items() for name in includes(text)
             if name.startswith("<") and pathlib.Path("bridge", name.strip("<>")) in SOURCES]
    assert not wrong


def linked(text):
    """{folder: the folders whose libraries its own links}"""
    found = re.findall(r"^tailrace_library\((\w+)(?:\s+USES ([\w ]+?))?(?:\s+LINK ([^)]*))?\)", text, re.MULTILINE)
    return {folder: uses.split() + re.findall(r"\btailrace_(\w+)", link) for folder, uses, link in found}


def test_libraries_link_downward():
    libraries = linked((tree.ROOT / "CMakeLists.txt").read_text())
    assert libraries.keys() == LEVEL.keys() - {"main"}
    assert not [(folder, used) for folder, all_used in libraries.items() for used in all_used if not allowed(folder, used)]


def test_only_kafka_knows_librdkafka():
    wrong = [str(path) for path, text in SOURCES.items() if folder_of(path) != "kafka"
             and any("rdkafka" in name for name in includes(text))]
    assert not wrong


def test_threads_share_nothing_above_base():
    """By name, for the precompiled header brings <mutex> to everyone."""
    lock = re.compile(r"\bstd::(\w*mutex|condition_variable\w*|\w+_lock|lock_guard|\w*semaphore|latch|barrier)\b|\bpthread_mutex")
    wrong = [f"{path}: {found[0]}" for path, text in SOURCES.items() if folder_of(path) != "base"
             and (found := lock.search(re.sub(r"//.*", "", text)))]
    assert not wrong


def test_own_header_comes_first():
    wrong = [str(path) for path, text in SOURCES.items() if path.suffix == ".cpp"
             and path.with_suffix(".h") in SOURCES
             and own_includes(text)[:1] != ["/".join(path.with_suffix(".h").parts[1:])]]
    assert not wrong


def test_headers_open_with_what_they_are():
    wrong = [str(path) for path, text in SOURCES.items() if path.suffix == ".h"
             and not re.match(r"(#pragma once\s+)?//", text)]
    assert not wrong


def test_headers_are_guarded():
    assert not [str(path) for path, text in SOURCES.items() if path.suffix == ".h" and "#pragma once" not in text]
