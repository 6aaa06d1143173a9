"""The engine, the images and the running file, shared by all tests of this folder."""

import pathlib
import shutil
import signal
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import standins  # noqa: E402
from engine import Engine  # noqa: E402
from stack import Stack, commands_of_compose, forget_the_image  # noqa: E402


def pytest_configure(config):
    signal.signal(signal.SIGTERM, lambda *_: pytest.exit("terminated", 143))  # with all teardowns


@pytest.fixture(scope="session")
def engine():
    lacking = [tool for tool in ("docker", "iptables") if not shutil.which(tool)]
    if lacking:
        pytest.skip(f"not installed: {' '.join(lacking)}")
    engine = Engine()
    if engine.why_not:
        pytest.skip(engine.why_not)
    yield engine
    engine.close()


@pytest.fixture(scope="session")
def images(engine):
    """What the compose file needs, there; those in vain are named. The bridge's own image is built by compose."""
    text = subprocess.run(["docker-compose", "--profile", "scale", "--profile", "monitoring", "config"], text=True,
                          cwd=standins.ROOT, check=True, stdout=subprocess.PIPE).stdout
    wanted = {line.split("image:")[1].strip() for line in text.splitlines() if "image:" in line} - {"tailrace"}
    missing, made = standins.provide(engine, sorted(wanted))
    yield missing
    if not engine.own:
        engine.docker("image", "rm", "--force", *made, check=False, capture_output=True)


@pytest.fixture(scope="session")
def stack(engine, images):
    """The file as it is, by the line of README where the image has not been built yet."""
    forget_the_image(engine)
    stack = Stack(engine, commands_of_compose(engine)[0])
    try:
        stack.staying("docker compose up", "producer")
        yield stack
    finally:
        stack.close()
