"""One cluster: its folder, its nodes' configuration, and the processes that belong to it and to nobody else.

Everything about a cluster is in its folder; nodes are processes that outlive the command that started them. A node's
process is known by its pid and the moment it began, so a recycled pid is never signalled.
"""

import base64
import errno
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid

import jars

MAIN = "PLAINTEXT"  # the listener that is always there: for tools, between brokers, and the `bootstrap=` line
CONTROLLER = "CONTROLLER"
PATIENCE = 180  # seconds; a safety net for hung nodes, far above what a slow machine needs


class Failed(Exception):
    """Something the user should read; no traceback."""


def no_space():
    return Failed(f"no space in {root()}; free some, or choose another folder: TAILRACE_KAFKA_DIR=…")


def root():
    default = pathlib.Path(tempfile.gettempdir()) / f"tailrace-kafka-{os.getuid()}"
    return pathlib.Path(os.environ.get("TAILRACE_KAFKA_DIR") or default)


class Cluster:
    def __init__(self, name):
        self.name = name
        self.folder = root() / name
        self.file = self.folder / "cluster.json"
        self.plan = json.loads(self.file.read_text()) if self.file.exists() else None

    def claim(self):
        try:
            self.folder.mkdir(parents=True)
        except FileExistsError:
            raise Failed(f"a cluster '{self.name}' is there already; `down` it or choose another --name") from None

    def create(self, plan):
        self.plan = plan
        draft = self.file.with_suffix(".new")  # whole or not at all: without it `down` finds no node
        draft.write_text(json.dumps(plan, indent=1))
        draft.rename(self.file)
        for node in self.nodes():
            node.configure()

    def require(self):
        if not self.plan:
            raise Failed(f"no cluster '{self.name}' is up")
        return self

    def nodes(self):
        return [Node(self, int(number)) for number in self.plan["nodes"]]

    def node(self, number):
        if str(number) not in self.plan["nodes"]:
            raise Failed(f"cluster '{self.name}' has no node {number}")
        return Node(self, number)

    def addresses(self, listener):
        return ",".join(f"127.0.0.1:{ports[listener]}" for ports in self.plan["nodes"].values())

    def version(self):
        return self.plan["version"] if self.plan else jars.VERSION

    def bootstrap(self):
        return self.addresses(MAIN) if self.plan else None

    def destroy(self):
        for node in self.nodes() if self.plan else []:
            node.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


class Node:
    def __init__(self, cluster, number):
        self.cluster = cluster
        self.number = number
        self.ports = cluster.plan["nodes"][str(number)]
        self.folder = cluster.folder / f"node-{number}"
        self.config = self.folder / "server.properties"
        self.log = self.folder / "log"

    def configure(self):
        self.folder.mkdir()
        lines = [f"{key}={value}" for key, value in self.properties().items()]
        self.config.write_text("\n".join(lines) + "\n")

    def properties(self):
        plan = self.cluster.plan
        count = len(plan["nodes"])
        voters = [f"{n}@127.0.0.1:{ports[CONTROLLER]}" for n, ports in plan["nodes"].items()]
        protocols = {MAIN: "PLAINTEXT", CONTROLLER: "PLAINTEXT", **plan["protocols"]}
        shown = {name: port for name, port in self.ports.items() if name != CONTROLLER}
        shown.update(plan["advertised"].get(str(self.number), {}))
        properties = {
            "process.roles": "broker,controller",
            "node.id": self.number,
            "controller.quorum.voters": ",".join(voters),
            "controller.listener.names": CONTROLLER,
            "inter.broker.listener.name": MAIN,
            "listeners": ",".join(f"{name}://127.0.0.1:{port}" for name, port in self.ports.items()),
            "advertised.listeners": ",".join(f"{name}://127.0.0.1:{port}" for name, port in shown.items()),
            "listener.security.protocol.map": ",".join(f"{k}:{v}" for k, v in protocols.items()),
            "log.dirs": self.folder / "data",
            "auto.create.topics.enable": "true",
            "default.replication.factor": count,
            "offsets.topic.replication.factor": count,
            "offsets.topic.num.partitions": 4,
            "transaction.state.log.replication.factor": count,
            "transaction.state.log.min.isr": min(count, 2),
            "transaction.state.log.num.partitions": 4,
            "share.coordinator.state.topic.replication.factor": count,
            "share.coordinator.state.topic.min.isr": min(count, 2),
            "group.initial.rebalance.delay.ms": 0,
            "num.network.threads": 2,
            "num.io.threads": 4,
            "log.cleaner.dedupe.buffer.size": 16 << 20,
        }
        for key, value in plan["set"].items():
            properties[key] = value.replace("{node}", str(self.number)).replace("{folder}", str(self.folder))
        return properties

    def format(self):
        """Starts formatting; the caller waits for the process that it gets."""
        command = jars.java("kafka.tools.StorageTool", 128, "error", self.cluster.version())
        return self.run([*command, "format", f"--cluster-id={self.cluster.plan['id']}", "--config", str(self.config)])

    def start(self):
        if self.pid():
            raise Failed(f"node {self.number} runs already")
        self.process = self.run(jars.java("kafka.Kafka", 512, "info", self.cluster.version()) + [str(self.config)])  # ours to reap

    def run(self, command):
        """As this node's process, which `pid` and `kill` find."""
        with open(self.log, "ab") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                                       start_new_session=True)
        try:
            (self.folder / "pid").write_text(f"{process.pid} {birth(process.pid)}")
        except BaseException:
            process.kill()  # nobody would find it again
            process.wait()
            raise
        return process

    def pid(self):
        """The pid of this node's process while it lives, else None."""
        try:
            pid, born = (self.folder / "pid").read_text().split()
        except (OSError, ValueError):
            return None
        return int(pid) if birth(pid) == born else None

    def send(self, number):
        pid = self.pid()
        if not pid:
            raise Failed(f"node {self.number} is not running")
        os.kill(pid, number)

    def kill(self):
        """SIGKILL, also to a stopped one; back when the process is gone."""
        self.end(signal.SIGKILL)

    def terminate(self):
        """The orderly end: leaders move away first."""
        self.end(signal.SIGTERM)

    def end(self, number):
        if self.pid():
            self.send(number)
            wait_until(lambda: not self.pid(), f"node {self.number} to end", 0.02)

    def answers(self, brokers):
        """Whether this node knows itself and, with it, at least `brokers` brokers."""
        if not self.pid():
            raise self.failed("ended while it was starting")
        port = self.ports[MAIN]
        if not connects(port):
            return False
        command = ["kcat", "-b", f"127.0.0.1:{port}", "-L", "-J", "-m", "2"]
        result = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL)
        if result.returncode != 0:
            return False
        seen = {broker["id"] for broker in json.loads(result.stdout)["brokers"]}
        return self.number in seen and len(seen) >= brokers

    def wait(self, brokers=1):
        wait_until(lambda: self.answers(brokers), f"node {self.number} to answer", 0.1, self.tail)

    def text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def tail(self):
        return "\n".join(self.text().splitlines()[-40:])

    def failed(self, what):
        if "No space left on device" in self.text() or not shutil.disk_usage(self.folder).free:  # where its log has no place either
            return no_space()
        return Failed(f"node {self.number} {what}:\n{self.tail()}")


def birth(pid):
    """When a process began, in clock ticks; None for one that is gone, reaped or not."""
    try:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else fields[19]


def connects(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(done, what, pause, context=lambda: ""):
    end = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > end:
            raise Failed(f"waited {PATIENCE} s for {what} in vain\n{context()}")
        time.sleep(pause)


def free_port(taken):
    """A port nobody listens on, below the range that outgoing connections are given, so that a node that is down
    finds its port again."""
    while True:
        port = random.randint(15000, 31000)
        with socket.socket() as probe:
            if port not in taken and not connects(port) and bindable(probe, port):
                taken.add(port)
                return port


def bindable(probe, port):
    try:
        probe.bind(("127.0.0.1", port))
        return True
    except OSError:
        return False


def make_plan(nodes, port, listeners, settings, version):
    """What a cluster consists of. `listeners` are triples of name, protocol, advertised ports (maybe none)."""
    taken = {port + index for index in range(nodes)} if port else set()
    plan = {"id": base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("="), "set": settings}
    plan["version"] = version
    plan["protocols"] = {name: protocol for name, protocol, _ in listeners}
    plan["nodes"], plan["advertised"] = {}, {}
    for index in range(nodes):
        main = port + index if port else free_port(taken)
        ports = {MAIN: main, CONTROLLER: free_port(taken)}
        ports.update({name: free_port(taken) for name, _, _ in listeners})
        plan["nodes"][str(index + 1)] = ports
        plan["advertised"][str(index + 1)] = {name: shown[index] for name, _, shown in listeners if shown}
    return plan


def up(cluster, plan):
    """Creates, formats and starts the cluster; back when every node answers and sees all others."""
    busy = [ports[MAIN] for ports in plan["nodes"].values() if connects(ports[MAIN])]
    if busy:
        raise Failed(f"port {busy[0]} is taken; choose another with --port")
    jars.folder(plan["version"])
    cluster.claim()
    try:
        cluster.create(plan)
        for node, formatting in [(node, node.format()) for node in cluster.nodes()]:
            if formatting.wait() != 0:
                raise node.failed("could not be formatted")
        nodes = cluster.nodes()
        for node in nodes:
            node.start()
        for node in nodes:
            node.wait(len(nodes))
    except BaseException as problem:
        cluster.destroy()
        if isinstance(problem, OSError) and problem.errno == errno.ENOSPC:
            raise no_space() from None
        raise
