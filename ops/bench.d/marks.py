"""The marks. Each is a function of (kafka, scale) that gives Lines: what was measured, and what is wanted."""

import dataclasses
import json
import re
import subprocess

from processes import BARE, OTHERS, RAW, SERVER, Bridge, environment, load, load_command, output_of, pinned, running, wait

FANOUT_RATE = 1000      # records a second
FANOUT_CLIENTS = 1000
VALUE = 200             # bytes
BEHIND = 1000           # records that each of the herd misses


@dataclasses.dataclass
class Line:
    mark: str
    what: str
    value: str
    met: bool | None = None  # None: only told
    wanted: str = ""


def lost_in(summary):
    return summary["lost"] + summary["repeated"] + summary["counters_lost"] + summary["counters_repeated"]


def loss_line(mark, summary):
    lost = lost_in(summary)
    refused = sum(summary["refused"].values()) + summary["disconnects"]
    return Line(mark, "lost or twice, refused or cut", f"{lost}, {refused}", lost == 0 and refused == 0, "0, 0")


def fanout(kafka, scale):
    """CPU per delivery beside a loop that writes the same bytes to the same sockets in the same sizes: three times, one
    after the other with the same neighbours, and of the three the middle one. That all was delivered is for loss_line to say;
    the share of the rate asked for says that the load was what it was meant to be."""
    clients, seconds = int(FANOUT_CLIENTS * scale), max(5, int(10 * scale))
    kafka.topic("fanout", 1)
    bridge = Bridge(kafka, "fanout", "--warm", "0")
    try:
        with kafka.producing("fanout", "--rate", str(FANOUT_RATE), "--size", str(VALUE)):
            rounds = sorted((fanout_round(bridge, clients, seconds) for _ in range(3)), key=lambda one: one[0])
    finally:
        bridge.close()
    ratio, ours, floor, per_send = rounds[1]
    share = ours["updates"] / (clients * FANOUT_RATE * ours["seconds"])
    return [
        Line("fanout", f"the load, of {clients * FANOUT_RATE:,} updates/s asked for", f"{share:.1%}", share > 0.97, "> 97%"),
        Line("fanout", "CPU per delivery, bridge", f"{ours['server']['cpu_us_per_update']:.2f} us"),
        Line("fanout", f"CPU per delivery, bare loop ({per_send} updates a write)", f"{floor['server']['cpu_us_per_update']:.2f} us"),
        Line("fanout", f"ratio ({rounds[0][0]:.2f} to {rounds[2][0]:.2f})", f"{ratio:.2f}", ratio <= 1.5, "<= 1.5"),
        Line("fanout", "latency p50 / p99, bridge", f"{ours['latency_ms']['p50']} / {ours['latency_ms']['p99']} ms"),
        Line("fanout", "latency p50 / p99, bare loop", f"{floor['latency_ms']['p50']} / {floor['latency_ms']['p99']} ms"),
        *(loss_line("fanout", one[1]) for one in rounds),
    ]


def fanout_round(bridge, clients, seconds):
    before = bridge.metrics()
    ours = load(bridge.address, "fanout", "--clients", str(clients), "--for", f"{seconds}s", pid=bridge.process.pid)
    sends = bridge.metrics()["tailrace_sends_total"] - before["tailrace_sends_total"]
    per_send = max(1, round(ours["updates"] / max(1, sends)))
    floor = bare_floor(clients, seconds, per_send)
    return ours["server"]["cpu_us_per_update"] / floor["server"]["cpu_us_per_update"], ours, floor, per_send


def bare_floor(clients, seconds, per_send):
    with running(pinned(SERVER, BARE, 0, max(1, round(FANOUT_RATE / per_send)), per_send, VALUE), stdout=subprocess.PIPE,
                 text=True) as bare:
        port = bare.stdout.readline().strip()
        return load(f"127.0.0.1:{port}", "bare", "--clients", str(clients), "--for", f"{seconds}s", pid=bare.pid)


def idle(kafka, scale):
    """Resident memory of an idle connection with one subscription."""
    clients = int(5000 * scale)
    kafka.topic("idle", 1)
    bridge = Bridge(kafka, "idle", "--warm", "0")
    try:
        summary = load(bridge.address, "idle", "--clients", str(clients), "--for", "3s", pid=bridge.process.pid)
    finally:
        bridge.close()
    each = (summary["server"]["rss"] - summary["server"]["rss_before"]) / clients / 1024
    return [Line("idle", f"memory of each of {clients:,} connections", f"{each:.1f} KiB", each <= 10, "<= 10 KiB"),
            loss_line("idle", summary)]


def replay(kafka, scale):
    """Out of Kafka to one client, beside librdkafka alone."""
    records = int(1_000_000 * scale)
    kafka.topic("replay", 4)
    kafka.produce("replay", "--count", str(records), "--size", str(VALUE))
    bridge = Bridge(kafka, "replay", "--warm", "0", "--memory", "64M")
    try:
        summary = load(bridge.address, "replay", "--from", "earliest", "--until-total", str(records), "--for", "300s",
                       pid=bridge.process.pid)
    finally:
        bridge.close()
    raw = json.loads(output_of(RAW, kafka.brokers, "replay"))
    ours, alone = summary["updates"] / summary["seconds"], raw["records"] / raw["seconds"]
    return [
        Line("replay", f"{records:,} records to one client", f"{ours:,.0f}/s"),
        Line("replay", "librdkafka alone", f"{alone:,.0f}/s"),
        Line("replay", "ratio", f"{ours / alone:.2f}", ours / alone >= 0.3, ">= 0.3"),
        Line("replay", "all of them came", f"{summary['updates']:,}", summary["updates"] == records, f"{records:,}"),
        loss_line("replay", summary),
    ]


def herd(kafka, scale):
    return herd_comes_back(kafka, scale, cold=False) + herd_comes_back(kafka, scale, cold=True)


def herd_comes_back(kafka, scale, cold):
    """All are cut at once, miss records, and come back at once: to the same bridge, or to one that knows nothing."""
    mark, clients = ("herd, cold" if cold else "herd, hot"), int(9000 * scale)
    topic = "herd-cold" if cold else "herd-hot"
    kafka.topic(topic, 1)
    kafka.produce(topic, "--count", "1000", "--size", str(VALUE))
    bridge = Bridge(kafka, topic, "--warm", "0")
    try:
        with running(load_command(bridge.address, topic, "--clients", str(clients), "--cut-for", "15s", "--pid",
                                  str(bridge.process.pid)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as herd_:
            until_cut(herd_.stderr)
            kafka.produce(topic, "--count", str(BEHIND), "--size", str(VALUE))
            if cold:
                bridge.kill()
                bridge = Bridge(kafka, topic, "--warm", "0", listen=bridge.address)
            before = bridge.metrics()
            summary = json.loads(herd_.communicate(timeout=600)[0])
            after = bridge.metrics()
    finally:
        bridge.close()
    # The frames of one client are one copy; what it takes from Kafka is less than what it sends.
    copy = summary["bytes"] / clients
    read = after["tailrace_archive_broker_bytes_total"] - before["tailrace_archive_broker_bytes_total"]
    missed = summary["updates"] / clients
    lines = [
        Line(mark, f"{clients:,} clients live again, p50 / last",
             f"{summary['caught_up_s']['p50']:.1f} / {summary['caught_up_s']['max']:.1f} s", summary["live"] == clients, "all"),
        Line(mark, "records each had missed", f"{missed:.0f}", missed == BEHIND, str(BEHIND)),
        Line(mark, "read back from Kafka, in copies", f"{read / copy:.1f}", read <= 3 * copy, "<= 3"),
    ]
    return lines + [loss_line(mark, summary)]


def until_cut(stderr):
    for line in stderr:
        if re.search(r"cut off", line):
            return
    raise SystemExit("bench: tailrace load ended before it cut its clients off")


MARKS = {"fanout": fanout, "idle": idle, "replay": replay, "herd": herd}
