"""The fixtures of the integration tests, for the commands in the pages for people."""

import os
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from integration.conftest import bridge, kafka, pytest_configure, pytest_pyfunc_call, shared_bridge  # noqa: E402,F401


@pytest.fixture
def tools(tmp_path):
    """A folder to stand first in PATH, with tools that answer as a poorer machine would."""
    def make(**scripts):
        for name, script in scripts.items():
            path = tmp_path / name.replace("_", "-")
            path.write_text(f"#!/bin/bash\n{script}\n")
            path.chmod(0o755)
        return {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}

    return make
