"""Fixtures of the integration tests, and coroutines as tests."""

import asyncio
import inspect
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.setrecursionlimit(5000)  # JSON values may nest 1,024 deep

from harness.bridge import Bridge  # noqa: E402
from harness.kafka import Cluster  # noqa: E402
from harness.topic import Topic  # noqa: E402


def pytest_configure(config):
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


@pytest.fixture(scope="session")
def kafka3():
    """Three nodes, shared; tests that kill nodes leave all of them running."""
    cluster = Cluster(nodes=3)
    yield cluster
    cluster.down()


@pytest.fixture
def topic(kafka):
    """`topic(partitions=4, …)` makes a topic on the one-node cluster."""
    made = []

    def make(partitions=4, **options):
        made.append(Topic(options.pop("cluster", kafka), partitions, **options))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def bridge(kafka, tmp_path):
    """`bridge(topic, …)` starts a bridge for topics on the one-node cluster; flags by name, `cluster=` for another."""
    started = []

    def start(*topics, cluster=None, bootstrap=None, **flags):
        names = [getattr(t, "name", t) for t in topics]
        file = tmp_path / f"bridge-{len(started)}.log"
        started.append(Bridge(bootstrap or (cluster or kafka).bootstrap, names, file, **flags))
        return started[-1]

    yield start
    for each in started:
        each.close()
