"""What a process says through a pipe with a name, and that it is gone."""

import os
import select

PATIENCE = 600  # seconds; nothing takes so long unless it is broken


def told(path, process):
    """What somebody writes there; where the process ends before, or nobody does, the test fails instead of waiting for ever."""
    gone = os.pidfd_open(process.pid)
    with open(path, "r+b", buffering=0) as pipe:
        ready, _, _ = select.select([pipe, gone], [], [], PATIENCE)
        os.close(gone)
        if pipe in ready:
            return pipe.read(4096).decode()
    process.terminate()
    raise AssertionError(f"nothing was written to {path}; ended: {ready != []}")


def ends(pidfd):
    """Reaped or not: who takes over an orphan may take its time."""
    ready, _, _ = select.select([pidfd], [], [], PATIENCE)
    os.close(pidfd)
    return ready != []
