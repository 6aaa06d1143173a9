"""Fixtures of the integration tests, and coroutines as tests."""

import asyncio
import inspect
import pathlib
import signal
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.setrecursionlimit(5000)  # JSON values may nest 1,024 deep

from harness.bridge import Bridge  # noqa: E402
from harness.kafka import Cluster  # noqa: E402
from harness.topic import Topic  # noqa: E402


def pytest_configure(config):
    signal.signal(signal.SIGTERM, lambda *_: pytest.exit("terminated", 143))  # with all teardowns
    for name, text in (("quick", "belongs to ops/test quick"), ("asan", "runs under ASan and UBSan too"),
                       ("tsan", "runs under TSan too")):
        config.addinivalue_line("markers", f"{name}: {text}")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = inspect.signature(pyfuncitem.obj).parameters
    asyncio.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in wanted}))
    return True


@pytest.fixture(scope="session")
def kafka():
    """One node, shared by all tests; every test has topics of its own."""
    cluster = Cluster()
    yield cluster
    cluster.down()


def topics_on(cluster):
    """`make(partitions=4, …)` makes a topic, on another cluster by `cluster=`; closes them in the end."""
    made = []

    def make(partitions=4, **options):
        made.append(Topic(options.pop("cluster", cluster), partitions, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()


def bridges_on(cluster, folder):
    """`start(topic, …)` starts a bridge; flags by name, another cluster by `cluster=`; ends them in the end."""
    started = []

    def start(*topics, cluster=cluster, bootstrap=None, **flags):
        names = [getattr(t, "name", t) for t in topics]
        started.append(Bridge(bootstrap or cluster.bootstrap, names, folder / f"bridge-{len(started)}.log", **flags))
        return started[-1]

    yield start
    for each in started:
        each.close()


@pytest.fixture
def topic(kafka):
    """Topics of one test, on the one-node cluster."""
    yield from topics_on(kafka)


@pytest.fixture(scope="module")
def shared_topic(kafka):
    """Topics of a whole file."""
    yield from topics_on(kafka)


@pytest.fixture
def bridge(kafka, tmp_path):
    """Bridges of one test."""
    yield from bridges_on(kafka, tmp_path)


@pytest.fixture(scope="module")
def shared_bridge(kafka, tmp_path_factory):
    """Bridges of a whole file: what every test does to them, they must survive."""
    yield from bridges_on(kafka, tmp_path_factory.mktemp("bridges"))
