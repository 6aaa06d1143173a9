"""The page under load, in Chromium: frames a second, socket to pixel, and its heap. page.mjs drives the browser."""

import json
import pathlib
import statistics
import subprocess

from marks import Line
from processes import ROOT, Bridge, environment

FAST = 50_000           # updates a second
STEADY = 5_000
DRIVER = pathlib.Path(__file__).with_name("page.mjs")


def page(kafka, scale, minutes=None):
    """A minute at 50,000 updates/s, then ten at 5,000/s; `minutes` is how long instead, of the first at most one."""
    heap = 60 * (minutes or 10 * scale)
    yield from frames(kafka, min(60, heap if minutes else 60 * scale))
    yield from flatness(kafka, heap)


def frames(kafka, seconds):
    seen = watched(kafka, "page-fast", FAST, "frames", seconds)
    per_second, p95 = seen["frames"] / seen["seconds"], quantile(seen["to_pixel"], 0.95)
    taken = statistics.mean(seen["rates"])
    return [
        Line("page", f"updates a second taken in, of {FAST:,}", f"{taken:,.0f}", taken > 0.95 * FAST, "> 95%"),
        Line("page", f"frames a second, over {seen['seconds']:.0f} s", f"{per_second:.1f}", per_second >= 50, ">= 50"),
        Line("page", "socket to pixel, p50 / p95", f"{quantile(seen['to_pixel'], 0.5):.0f} / {p95:.0f} ms", p95 <= 60, "p95 <= 60"),
        Line("page", "age of records when taken in, median of medians", f"{quantile(seen['behind'], 0.5):.0f} ms"),
    ]


def flatness(kafka, seconds):
    seen = watched(kafka, "page-steady", STEADY, "heap", seconds)
    return [growth(f"heap of the {part} at {STEADY:,}/s, {seconds / 60:.1f} min", seen[part]) for part in ("page", "worker")]


def growth(what, samples):
    """The first third fills buffers; of the rest, the second half beside the first. A tenth, or a megabyte, is noise."""
    rest = samples[len(samples) // 3:]
    early, late = statistics.median(rest[:len(rest) // 2]), statistics.median(rest[len(rest) // 2:])
    return Line("page", what, f"{early / 2**20:.1f} -> {late / 2**20:.1f} MiB", late <= max(early * 1.1, early + 2**20), "flat")


def watched(kafka, topic, rate, what, seconds):
    kafka.topic(topic, 4)
    bridge = Bridge(kafka, topic, "--web", str(ROOT / "build" / "web"))
    try:
        with kafka.producing(topic, "--rate", str(rate), "--size", "100"):
            done = subprocess.run(["node", str(DRIVER), f"http://{bridge.address}/", what, str(seconds)], env=environment(),
                                  check=True, stdout=subprocess.PIPE, text=True)
    finally:
        bridge.close()
    return json.loads(done.stdout)


def quantile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
