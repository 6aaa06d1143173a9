"""Kafka's own tools by the names that ops/kafka gives them."""

import importlib.util
import sys
import zipfile

import pytest

from harness.kafka import ROOT

pytestmark = pytest.mark.quick
FOLDER = ROOT / "ops" / "kafka.d"


def module(name):
    """Of ops/kafka.d."""
    spec = importlib.util.spec_from_file_location(name, FOLDER / f"{name}.py")
    found = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


@pytest.fixture(scope="module")
def jars():
    return module("jars")


@pytest.fixture(scope="module")
def tools(jars):
    return module("tools")


@pytest.fixture(scope="module")
def classes(jars):
    """By full name, of all jars."""
    names = (name for jar in jars.folder().glob("*.jar") for name in zipfile.ZipFile(jar).namelist())
    return {name.removesuffix(".class").replace("/", ".") for name in names}


def test_every_tool_is_in_the_jars(tools, classes):
    assert len(tools.TOOLS) > 20
    assert not [(name, found) for name, found in tools.TOOLS.items() if found not in classes]


def test_what_is_said_of_some_is_said_of_tools(tools):
    assert (tools.OFFLINE | tools.ADDRESS_FIRST) <= tools.TOOLS.keys()


@pytest.mark.parametrize("name", ["kafka-topics", "topics", "kafka-topics.sh", "org.apache.kafka.tools.TopicCommand"])
def test_a_tool_has_more_than_one_name(tools, name):
    assert tools.main_class(name) == "org.apache.kafka.tools.TopicCommand"


@pytest.mark.parametrize("name, args, expected", [
    ("topics", ["--list"], ["--list", "--bootstrap-server", "b:1"]),
    ("features", ["describe"], ["--bootstrap-server", "b:1", "describe"]),
    ("kafka-transactions.sh", ["list"], ["--bootstrap-server", "b:1", "list"]),
    ("producer-perf-test", ["--topic", "t"], ["--topic", "t", "--producer-props", "bootstrap.servers=b:1"]),
    ("verifiable-producer", ["--topic", "t", "--bootstrap-server", "c:2"], ["--topic", "t", "--bootstrap-server", "c:2"]),
    ("storage", ["random-uuid"], ["random-uuid"])])
def test_the_cluster_s_address_is_added_where_it_belongs(tools, name, args, expected):
    assert tools.with_address(name, args, "b:1") == expected
