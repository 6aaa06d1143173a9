"""The processes of a benchmark: a Kafka, a bridge, and what loads them. The bridge has the first core for itself, as the
bare loop has; everything else shares the others."""

import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
TAILRACE = os.environ.get("TAILRACE_BIN") or str(ROOT / "build" / "release" / "tailrace")
BARE = str(pathlib.Path(TAILRACE).with_name("bench_bare"))
RAW = str(ROOT / "build" / "bench" / "raw_consumer")

CORES = sorted(os.sched_getaffinity(0))
SERVER = str(CORES[0])
OTHERS = ",".join(map(str, CORES[1:] or CORES))


def environment():
    """Ours without settings of the bridge."""
    return {key: value for key, value in os.environ.items() if not key.startswith("TAILRACE_") or key == "TAILRACE_CACHE"}


def pinned(cores, *command):
    return ["taskset", "-c", cores, *map(str, command)]


def output_of(*command):
    return subprocess.run(pinned(OTHERS, *command), env=environment(), check=True, stdout=subprocess.PIPE, text=True).stdout


@contextlib.contextmanager
def running(command, **options):
    process = subprocess.Popen(command, env=environment(), stdin=subprocess.DEVNULL, **options)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class Kafka:
    """One node, its own cluster, gone at the end."""

    def __init__(self):
        self.name = f"bench-{os.getpid()}"
        listeners = output_of(ROOT / "ops" / "kafka", "up", "--name", self.name)
        self.brokers = re.search(r"bootstrap=(\S+)", listeners).group(1)

    def close(self):
        output_of(ROOT / "ops" / "kafka", "down", "--name", self.name)

    def topic(self, name, partitions):
        output_of(ROOT / "ops" / "kafka", "tool", "--name", self.name, "kafka-topics", "--create", "--topic", name,
                  "--partitions", partitions)

    def producing(self, topic, *flags):
        """A producer that runs beside what is measured. Not an idempotent one: that of librdkafka 2.0 spins while five
        requests are under way, and so takes half a core from the clients whenever Kafka is late."""
        return running(pinned(OTHERS, TAILRACE, "produce", "--brokers", self.brokers, "--topic", topic, "--kafka",
                              "enable.idempotence=false", *flags),
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def produce(self, topic, *flags):
        return output_of(TAILRACE, "produce", "--brokers", self.brokers, "--topic", topic, *flags)


class Bridge:
    def __init__(self, kafka, topic, *flags, listen="127.0.0.1:0"):
        self.log = tempfile.NamedTemporaryFile(prefix="tailrace-bench-", suffix=".log")
        command = [TAILRACE, "serve", "--brokers", kafka.brokers, "--topics", topic, "--listen", listen, "--admin",
                   "127.0.0.1:0", "--shards", "1", "--drain-grace", "0", "--drain", "0", *flags]
        self.process = subprocess.Popen(pinned(SERVER, *command), env=environment(), stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=subprocess.STDOUT)
        self.address = "127.0.0.1:" + self.logged(r" listening on 127\.0\.0\.1:(\d+)")
        self.admin = "127.0.0.1:" + self.logged(r"admin on 127\.0\.0\.1:(\d+)")
        self.wait_ready()

    def logged(self, pattern):
        return self.awaited(lambda: re.search(pattern, self.said()), pattern).group(1)

    def said(self):
        return pathlib.Path(self.log.name).read_text()

    def wait_ready(self):
        self.awaited(lambda: subprocess.run([TAILRACE, "health", self.address], env=environment(), capture_output=True).returncode == 0,
                     "the bridge to be ready")

    def awaited(self, found, what):
        """While it lives."""
        def seen():
            ended = self.process.poll() is not None
            if not (result := found()) and ended:
                raise SystemExit(f"bench: the bridge ended with {self.process.returncode}: {self.said()}")
            return result

        return wait(seen, what)

    def metrics(self):
        """Name → value, labels added up."""
        text = urllib.request.urlopen(f"http://{self.admin}/metrics", timeout=30).read().decode()
        values = {}
        for name, value in re.findall(r"^(tailrace_\w+)(?:\{[^}]*\})? (\S+)$", text, re.M):
            values[name] = values.get(name, 0) + float(value)
        return values

    def kill(self):
        self.process.kill()
        self.process.wait()

    def close(self):
        if self.process.poll() is None:
            self.kill()


def load_command(address, channel, *flags):
    return pinned(OTHERS, TAILRACE, "load", address, "--channel", channel, "--json", *flags)


def load(address, channel, *flags, pid):
    """One run of `tailrace load`: its summary. Lost or repeated records do not fail it; the mark judges."""
    done = subprocess.run(load_command(address, channel, "--pid", pid, *flags), env=environment(), stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True)
    if not done.stdout:
        raise SystemExit(f"bench: tailrace load ended with {done.returncode} and no summary")
    return json.loads(done.stdout)


def wait(found, what, seconds=180):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if result := found():
            return result
        time.sleep(0.1)
    raise SystemExit(f"bench: waited in vain for {what}")
