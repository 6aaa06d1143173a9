"""The compose file as it is, up on ports of its own."""

import http.client
import json
import os
import pathlib
import shutil
import subprocess
import threading
import time

from harness.kafka import ROOT
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
    def __init__(self, engine, command, name="tailrace-test"):
        self.engine, self._command, self.name = engine, command, f"{name}-{os.getpid()}"
        ports = dict(zip(PORTS, map(str, free_ports(len(PORTS)))))
        self.page, self.kafka, self.scale, self.prometheus, _ = (int(ports[name]) for name in PORTS)
        self.environment = {**engine.environment, **ports}

    def compose(self, *words, check=True, **options):
        command = [*self._command, "--project-name", self.name, *words]
        return subprocess.run(command, cwd=ROOT, env=self.environment, check=check, text=True, stdin=subprocess.DEVNULL, **options)

    def up(self, *services, profiles=(), more=()):
        profile = [word for name in profiles for word in ("--profile", name)]
        result = self.compose(*profile, "up", "--detach", *more, *services, check=False, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        assert result.returncode == 0, result.stdout[-4000:]

    def down(self):
        self.compose("--profile", "scale", "--profile", "monitoring", "down", "--volumes", "--timeout", "5", check=False, capture_output=True)

    def container(self, service):
        return self.compose("ps", "--quiet", service, stdout=subprocess.PIPE).stdout.strip()

    def state(self, service):
        return json.loads(self.engine.output("inspect", self.container(service)))[0]

    def health(self, service):
        return self.state(service)["State"].get("Health", {}).get("Status")

    def wait_healthy(self, *services):
        for service in services:
            eventually(lambda: self.health(service) == "healthy", f"{service} to be healthy", lambda: self.logs(service))

    def logs(self, service):
        return self.compose("logs", "--no-color", "--tail", "40", service, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout

    def get(self, path, port=None):
        """(status, body); (0, why) where nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.page, timeout=60)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, response.read().decode()
        except OSError as error:
            return 0, str(error)
        finally:
            connection.close()


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


def node_on_path():
    """ops/deps keeps a Node of its own where the machine has none."""
    cache = os.environ.get("TAILRACE_CACHE") or os.path.expanduser("~/.cache/tailrace")
    os.environ["PATH"] = f"{cache}/node/bin:{os.environ['PATH']}"


node_on_path()
