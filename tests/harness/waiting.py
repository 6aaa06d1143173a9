"""Waiting for events. Limits are safety nets for hangs, far above what a slow machine needs."""

import asyncio
import os
import threading

PATIENCE = float(os.environ.get("TAILRACE_TEST_PATIENCE", 180))


class Changes:
    """Something that changes in one thread and is waited for in another."""

    def __init__(self):
        self._condition = threading.Condition()

    def changed(self, change=lambda: None):
        with self._condition:
            change()
            self._condition.notify_all()

    def wait(self, done, what, patience=PATIENCE):
        with self._condition:
            if not self._condition.wait_for(done, patience):
                raise TimeoutError(f"waited {patience} s for {what} in vain")


async def within(awaitable, what, patience=PATIENCE):
    try:
        return await asyncio.wait_for(awaitable, patience)
    except asyncio.TimeoutError:
        raise TimeoutError(f"waited {patience} s for {what() if callable(what) else what} in vain") from None
