"""The compose file as it is, up on ports of its own."""

import http.client
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import tempfile
import threading
import time

from harness.kafka import OPS_KAFKA, ROOT, Cluster
from harness.ports import free_ports

PATIENCE = 600  # seconds; far above what a busy machine needs
PORTS = ("PAGE_PORT", "KAFKA_PORT", "SCALE_PORT", "PROMETHEUS_PORT", "GRAFANA_PORT")


def eventually(done, what, context=lambda: ""):
    """For what only asking shows. Asks twice a second; the first true answer."""
    end = time.monotonic() + PATIENCE
    while not (answer := done()):
        if time.monotonic() > end:
            raise TimeoutError(f"waited {PATIENCE} s for {what} in vain\n{context()}")
        threading.Event().wait(0.5)
    return answer


class Stack:
    """One project of compose, by one of its generations."""

    def __init__(self, engine, command, name="tailrace-test", **ports):
        self.engine, self.name = engine, f"{name}-{os.getpid()}"
        ports = dict(zip(PORTS, free_ports(len(PORTS)))) | ports
        self.page, self.kafka, self.scale, self.prometheus, _ = (ports[name] for name in PORTS)
        self._folder, self._staying = tempfile.TemporaryDirectory(prefix="tailrace-compose-"), []
        self._make_docker(command, ports)
        self._make("kafka-console-producer.sh", f'exec {OPS_KAFKA} tool kafka-console-producer "$@"')
        ports = {name: str(port) for name, port in ports.items()}
        self.environment = {**engine.environment, **ports, "PATH": f"{self._folder.name}:{os.environ['PATH']}"}

    def _make_docker(self, command, ports):
        """A `docker` to stand first in PATH: its `compose` is this one, with this project and these ports."""
        settings = " ".join(f"{name}={port}" for name, port in ports.items())
        words = shlex.join([shutil.which(command[0]), *command[1:], "--project-name", self.name])
        self._make("docker", f'[ "$1" = compose ] || exec {shutil.which("docker")} "$@"\nexec env {settings} {words} "${{@:2}}"')

    def _make(self, name, script):
        """A program to stand first in PATH."""
        path = pathlib.Path(self._folder.name, name)
        path.write_text(f"#!/bin/bash\n{script}\n")
        path.chmod(0o755)

    def compose(self, *words, check=True, **options):
        return subprocess.run(["docker", "compose", *words], cwd=ROOT, env=self.environment, check=check, text=True,
                              stdin=subprocess.DEVNULL, **options)

    def shown(self, line):
        """A line of the pages, as a shell takes it; its output."""
        result = subprocess.run(["bash", "-o", "pipefail", "-c", line], cwd=ROOT, env=self.environment, text=True, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert result.returncode == 0, f"{line}: {result.stdout[-4000:]}"
        return result.stdout

    def staying(self, line, service):
        """A line of the pages that stays in the foreground: until the service has a container. It goes with the stack."""
        log = pathlib.Path(self._folder.name, f"{len(self._staying)}.log")
        with open(log, "w") as out:
            process = subprocess.Popen(["bash", "-c", line], cwd=ROOT, env=self.environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        self._staying.append(process)
        while not self.container(service):
            assert process.poll() is None, f"{line}: ended with {process.returncode}: {log.read_text()[-4000:]}"
            threading.Event().wait(0.5)

    def down(self):
        self.compose("--profile", "scale", "--profile", "monitoring", "down", "--volumes", "--timeout", "5", check=False, capture_output=True)

    def close(self):
        self.down()
        for process in self._staying:
            process.terminate()
            process.wait(PATIENCE)
        self._folder.cleanup()

    def container(self, service):
        return self.compose("ps", "--quiet", service, stdout=subprocess.PIPE).stdout.strip()

    def state(self, service):
        return json.loads(self.engine.output("inspect", self.container(service)))[0]

    def address(self, service):
        """Where its container is on the project's network, which this machine is on too."""
        (network,) = self.state(service)["NetworkSettings"]["Networks"].values()
        return network["IPAddress"]

    def health(self, service):
        return self.state(service)["State"].get("Health", {}).get("Status")

    def wait_healthy(self, *services):
        for service in services:
            eventually(lambda: self.health(service) == "healthy", f"{service} to be healthy", lambda: self.logs(service))

    def logs(self, service):
        return self.compose("logs", "--no-color", "--tail", "40", service, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout

    def get(self, path, port=None, host="127.0.0.1"):
        """(status, body); (0, why) where nobody answers."""
        connection = http.client.HTTPConnection(host, port or self.page, timeout=60)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()
        except OSError as error:
            return 0, str(error)
        finally:
            connection.close()


class Kafka(Cluster):
    """The stack's own, for the tests' topics and their witnesses."""

    def __init__(self, stack):
        self.bootstrap = f"127.0.0.1:{stack.kafka}"

    def tool_command(self, tool, *args):
        return [str(OPS_KAFKA), "tool", tool, "--bootstrap-server", self.bootstrap, *args]


class Page:
    """page.mjs as a conversation."""

    def __init__(self):
        self._process = subprocess.Popen(["node", pathlib.Path(__file__).with_name("page.mjs")], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True)

    def __call__(self, *words):
        print(*words, file=self._process.stdin, flush=True)
        answer = json.loads(self._process.stdout.readline())
        assert "error" not in answer, f"{' '.join(words)}: {answer['error']}"
        return answer

    def close(self):
        self._process.stdin.close()
        self._process.wait(60)
        self._process.stdout.close()


def commands_of_compose(engine):
    """Every compose that is here: 1.29 first, as Debian has it, then the plugin."""
    found = [[name] for name in ("docker-compose",) if shutil.which(name)]
    if engine.docker("compose", "version", check=False, capture_output=True).returncode == 0:
        found.append(["docker", "compose"])
    return found


def forget_the_image(engine):
    """What it was built of stays, so that only what changed is built again. On another's engine an old one is renewed."""
    if engine.own and engine.has("tailrace"):
        engine.docker("image", "rm", "--force", "--no-prune", "tailrace", stdout=subprocess.DEVNULL)
    elif engine.has("tailrace"):
        engine.docker("build", "--quiet", "--tag", "tailrace", ROOT, stdout=subprocess.DEVNULL)


def node_on_path():
    """ops/deps keeps a Node of its own where the machine has none."""
    cache = os.environ.get("TAILRACE_CACHE") or os.path.expanduser("~/.cache/tailrace")
    os.environ["PATH"] = f"{cache}/node/bin:{os.environ['PATH']}"


node_on_path()
