"""The fixtures of the integration tests, for the commands in the pages for people."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from integration.conftest import bridge, kafka, pytest_configure, pytest_pyfunc_call, shared_bridge  # noqa: E402,F401
