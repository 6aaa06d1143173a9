"""For what only asking shows."""

import time

from harness.waiting import PATIENCE


def poll(done, what):
    """Asks five times a second until it is so."""
    end = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {PATIENCE} s for {what} in vain")
        time.sleep(0.2)
