"""The command line of ops/bench."""

import dataclasses
import functools
import json
import os
import signal
import sys

from arguments import arguments
from marks import MARKS
from page import page
from processes import CORES, Kafka


def show(line):
    verdict = {None: "", True: "ok", False: "MISSED"}[line.met]
    print(f"{line.mark:11} {line.what:58} {line.value:>20}  {line.wanted:10} {verdict}".rstrip(), flush=True)


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # as Ctrl-C does: nothing is left running
    chosen = arguments()
    MARKS["page"] = functools.partial(page, minutes=chosen.minutes)
    scale = 0.1 if chosen.quick else 1
    print(f"{len(CORES)} cores, load average {os.getloadavg()[0]:.1f} before", flush=True)
    kafka, lines = Kafka(), []
    try:
        for mark in chosen.marks:
            for line in MARKS[mark](kafka, scale):
                lines.append(line)
                show(line)
    finally:
        kafka.close()
    if chosen.json:
        with open(chosen.json, "w", encoding="utf-8") as file:
            json.dump([dataclasses.asdict(line) for line in lines], file, indent=1)
    sys.exit(any(line.met is False for line in lines))


main()
