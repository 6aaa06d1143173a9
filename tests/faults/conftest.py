"""Fixtures of the fault tests, the selection that `ops/test integration` runs, and the table of recoveries.

Marks: `cluster(kind)` says what kind of Kafka a test needs; `everyday` that its first variant is part of
`ops/test integration`. TAILRACE_FAULT_SEEDS is how often a test runs whose outcome depends on timing (default 1); the
moments at which bridges are killed are others with each.
"""

import importlib.util
import os
import pathlib
import random
import time

import pytest

_path = pathlib.Path(__file__).resolve().parent.parent / "integration" / "conftest.py"
_spec = importlib.util.spec_from_file_location("integration_fixtures", _path)
integration = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(integration)
pytest_pyfunc_call = integration.pytest_pyfunc_call

from clusters import Clusters, ThreeNodes  # noqa: E402
from ride import Bridges, During, Ride  # noqa: E402
from secure import Secure  # noqa: E402

KINDS = {"three": ThreeNodes, "secure": Secure}
SEEDS = int(os.environ.get("TAILRACE_FAULT_SEEDS", 1))
SOON = 60  # seconds that a recovery may take: far above what it takes, even on a busy machine, and far below for ever


def pytest_configure(config):
    config.addinivalue_line("markers", "cluster(kind): the Kafka that the test needs: " + ", ".join(KINDS))
    config.addinivalue_line("markers", "everyday: its first variant is also part of ops/test integration")
    config.addinivalue_line("markers", "further: a variant that isn't: another seed, the bridge killed too, much like another")


def pytest_generate_tests(metafunc):
    if "seed" in metafunc.fixturenames:
        seeds = [pytest.param(n, id=f"seed{n}", marks=[pytest.mark.further] * (n > 0)) for n in range(SEEDS)]
        metafunc.parametrize("seed", seeds)
    if "killed" in metafunc.fixturenames:
        times = 1 if "seed" in metafunc.fixturenames else SEEDS
        metafunc.parametrize("killed", [
            pytest.param(kill, id="-".join([name, *[str(n)] * (n > 0)]), marks=[pytest.mark.further] * (kill or n > 0))
            for kill, name in ((False, "bridge-lives"), (True, "bridge-killed")) for n in range(times)])


def kind_of(item):
    marker = item.get_closest_marker("cluster")
    return marker.args[0] if marker else "three"


def pytest_collection_modifyitems(items):
    ours = [item for item in items if "cluster" in getattr(item, "fixturenames", ())]
    places = [n for n, item in enumerate(items) if item in ours]
    for place, item in zip(places, sorted(ours, key=lambda item: list(KINDS).index(kind_of(item)))):
        items[place] = item


@pytest.fixture(scope="session")
def clusters():
    shared = Clusters(KINDS)
    yield shared
    shared.drop()


@pytest.fixture
def cluster(request, clusters):
    yield clusters.get(kind_of(request.node))
    if getattr(request.node, "failed", True):
        clusters.drop()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    if call.when == "call":
        item.failed = report.failed


@pytest.fixture
def topic(cluster):
    yield from integration.topics_on(cluster)


@pytest.fixture
def bridge(cluster, tmp_path):
    for start in integration.bridges_on(cluster, tmp_path):
        yield Bridges(start)


class Stopwatch:
    """What the table says of a test, and a bound for it: `with recovery("what came back"): …`."""

    def __init__(self, node):
        self._node = node

    def __enter__(self):
        self._since = time.monotonic()

    def __exit__(self, kind, *_):
        seconds = time.monotonic() - self._since
        if kind is None:
            self._node.user_properties.append((f"recovery: {self._what}", round(seconds, 1)))
            assert seconds < self._limit, f"{self._what}: only after {seconds:.1f} s"

    def __call__(self, what, limit=SOON):
        self._what, self._limit = what, limit
        return self


@pytest.fixture
def recovery(request):
    return Stopwatch(request.node)


@pytest.fixture
def rng(request, seed):
    """Where a test's moments come from."""
    return random.Random(f"{request.node.originalname}-{seed}")


@pytest.fixture
def during(request, bridge, killed):
    """The time of a fault: every test that has one comes in a second variant, in which the bridge is killed meanwhile."""
    def note(moment):
        request.node.user_properties.append(("recovery: killed after", round(moment, 2)))

    return During(bridge, killed, random.Random(request.node.name), note)


@pytest.fixture
def ride(cluster, topic, bridge, during, recovery):
    return Ride(cluster, topic, bridge, during, recovery)


def pytest_terminal_summary(terminalreporter):
    rows = [(outcome, report) for outcome in ("passed", "failed", "error", "skipped")
            for report in terminalreporter.getreports(outcome)
            if "faults/test_" in report.nodeid and "test_complete" not in report.nodeid]
    if not rows:
        return
    terminalreporter.section("faults: what was recovered from, and how long it took")
    for outcome, report in sorted(rows, key=lambda row: row[1].nodeid):
        times = [(key.removeprefix("recovery: "), value) for key, value in report.user_properties if key.startswith("recovery: ")]
        name = report.nodeid.rpartition("/")[2].replace(".py::test_", ": ").removeprefix("test_")
        shown = "; ".join(f"{what} {seconds} s" for what, seconds in times)
        terminalreporter.write_line(f"{outcome:8}{name:90} {shown}")
