"""A Docker engine for the tests: one of their own that ends with them, or the one that runs here where that is allowed.

An engine of their own keeps its images in the project's cache folder, so that only what changed is built again; it has
a socket of its own, and takes back what it did to this machine's network when it ends. `python3 engine.py FOLDER` is
that engine: up when it says so, gone when its stdin closes, however its parent ended.
"""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

CACHE = pathlib.Path(os.environ.get("TAILRACE_CACHE") or os.path.expanduser("~/.cache/tailrace")) / "docker"
OLDEST = (20, 10)
SHARED = "TAILRACE_DOCKER"  # =shared: in somebody's engine the tests make `tailrace` anew, and images under others' names
SYSCTLS = [pathlib.Path("/proc/sys/net/ipv4", name) for name in ("ip_forward", "conf/all/forwarding", "conf/default/forwarding")]


def lines_of(*command):
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return result.stdout.splitlines()


class Network:
    """What Docker changes on a host and does not take back: rules, chains, the policy of forwarding, bridges."""

    def __init__(self):
        self.rules = {table: lines_of("iptables", "-t", table, "-S") for table in ("filter", "nat")}
        self.links = self._links()
        self.sysctls = {path: path.read_text() for path in SYSCTLS}

    @staticmethod
    def _links():
        return {line.split(":")[1].strip().split("@")[0] for line in lines_of("ip", "-o", "link", "show")}

    def restore(self):
        for table, before in self.rules.items():
            self._restore_table(table, before)
        for link in self._links() - self.links:
            if re.fullmatch(r"docker0|br-[0-9a-f]{12}", link):
                subprocess.run(["ip", "link", "delete", link])
        for path, value in self.sysctls.items():
            path.write_text(value)

    @staticmethod
    def _restore_table(table, before):
        """Rules that are Docker's go, then its chains; others' rules, also newer ones, stay. The last of its forms is for a
        container that reaches itself by a published port."""
        added = [line for line in lines_of("iptables", "-t", table, "-S") if line not in before]
        rules = [line for line in added if line.startswith("-A") and re.search(r"DOCKER|docker0|br-[0-9a-f]{12}|-s (\S+/32) -d \1 .*-j MASQUERADE", line)]
        chains = [line.split()[1] for line in added if line.startswith("-N DOCKER")]
        changes = [["-D", *line.split()[1:]] for line in rules] + [["-X", chain] for chain in chains]
        changes += [line.split() for line in before if line.startswith("-P")]
        for change in changes:
            subprocess.run(["iptables", "-t", table, *change])


def too_old(version):
    """Why an engine of this version won't do, or nothing."""
    numbers = tuple(int(number) for number in re.findall(r"\d+", version)[:2])
    return "" if numbers >= OLDEST else f"Docker {version} is too old: {'.'.join(map(str, OLDEST))} or newer, please"


class Engine:
    """`environment` has what docker and compose need to reach it. `why_not` says why there is none."""

    def __init__(self):
        self.why_not, self.own, self._process, self._folder = "", False, None, None
        self.environment = {**os.environ, "COMPOSE_DOCKER_CLI_BUILD": "1", "DOCKER_SCAN_SUGGEST": "false"}
        if subprocess.run(["docker", "buildx", "version"], capture_output=True).returncode != 0:
            self.environment["DOCKER_BUILDKIT"] = "0"  # the old builder then, whose layers serve both generations of compose
        if self._runs():
            self.why_not = too_old(self.output("version", "--format", "{{.Server.Version}}"))
            if os.environ.get(SHARED) != "shared":
                self.why_not = f"the Docker engine here is not the tests' own: {SHARED}=shared lets them make images in it"
            return
        if os.geteuid() != 0:
            self.why_not = "no Docker engine runs here, and only root can start one"
            return
        if not shutil.which("dockerd"):
            self.why_not = "no Docker engine runs here, and there is no dockerd to start one"
            return
        self._start()

    def _runs(self):
        return subprocess.run(["docker", "info"], env=self.environment, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode == 0

    def _start(self):
        self._folder = tempfile.TemporaryDirectory(prefix="tailrace-docker-")
        self._process = subprocess.Popen([sys.executable, __file__, self._folder.name], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True, start_new_session=True)
        answer = self._process.stdout.readline().strip()
        if answer == "up":
            self.own = True
            self.environment["DOCKER_HOST"] = f"unix://{self._folder.name}/socket"
        else:
            self.why_not = f"no Docker engine runs here, and none can be started: {answer or 'it ended'}"
            self.close()

    def docker(self, *words, check=True, **options):
        return subprocess.run(["docker", *words], env=self.environment, check=check, text=True, **options)

    def output(self, *words):
        return self.docker(*words, stdout=subprocess.PIPE).stdout.strip()

    def has(self, image):
        return self.docker("image", "inspect", image, check=False, capture_output=True).returncode == 0

    def close(self):
        if self._process:
            self._process.stdin.close()
            self._process.wait()
            self._process.stdout.close()
            self._folder.cleanup()
            self._process = None


def sweep(socket):
    """What a run that was killed left in the cache folder: containers, networks, volumes. Images stay."""
    for kind, removal in (("ps", ["rm", "-f"]), ("volume", ["volume", "rm", "-f"])):
        words = ["ps", "-aq"] if kind == "ps" else ["volume", "ls", "-q"]
        found = lines_of("docker", "-H", socket, *words)
        if found:
            lines_of("docker", "-H", socket, *removal, *found)
    lines_of("docker", "-H", socket, "network", "prune", "-f")


def last_words(log):
    lines = [line for line in log.read_text(errors="replace").splitlines() if "level=fatal" in line or "failed" in line]
    return re.sub(r'^.*?msg="|"$', "", lines[-1]) if lines else "dockerd ended"


def be_engine(folder):
    """Starts dockerd, says "up" or why not, and ends it when stdin closes."""
    CACHE.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(CACHE / "network", ignore_errors=True)  # dockerd panics at what one that was killed left there
    log, socket = folder / "log", f"unix://{folder}/socket"
    network = Network()
    with open(log, "wb") as out:
        dockerd = subprocess.Popen(["dockerd", "--host", socket, "--data-root", CACHE, "--exec-root", folder / "exec",
                                    "--pidfile", folder / "pid"], stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    ended = threading.Event()
    threading.Thread(target=lambda: (dockerd.wait(), ended.set()), daemon=True).start()
    try:
        while not lines_of("docker", "-H", socket, "version", "--format", "{{.Server.Version}}"):
            if ended.wait(0.2):
                return print(last_words(log), flush=True)
        sweep(socket)
        print("up", flush=True)
        sys.stdin.read()
        sweep(socket)
    finally:
        if not ended.is_set():
            dockerd.send_signal(signal.SIGTERM)
        ended.wait()
        network.restore()


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the parent's end is the signal
    be_engine(pathlib.Path(sys.argv[1]))
