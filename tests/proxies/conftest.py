"""The fixtures of the integration tests, and proxies with the project's own configuration."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from integration.conftest import (bridge, kafka, pytest_configure, pytest_pyfunc_call, shared_bridge,  # noqa: E402,F401
                                  shared_topic, topic)

import pytest  # noqa: E402

from proxy import HAProxy, Names, Nginx, certificate  # noqa: E402


@pytest.fixture(scope="session")
def tls(tmp_path_factory):
    """A certificate for localhost that nobody signed."""
    return certificate(tmp_path_factory.mktemp("tls"))


def started(kind, folder):
    proxies = []

    def start(*bridges, **options):
        proxies.append(kind(folder, bridges, **options))
        return proxies[-1]

    yield start
    for each in proxies:
        each.close()


@pytest.fixture
def haproxy(tmp_path):
    """`haproxy(bridge, …)`: HAProxy before the bridges, as ops/haproxy.cfg has it."""
    yield from started(HAProxy, tmp_path)


@pytest.fixture
def names():
    """A DNS server."""
    names = Names("127.0.0.1")
    yield names
    names.close()


@pytest.fixture
def nginx(tmp_path, tls):
    """`nginx(bridge, …)`: nginx with TLS and a sub-path, as ops/nginx.conf has it."""
    yield from started(lambda folder, bridges, **options: Nginx(folder, bridges, tls, **options), tmp_path)
