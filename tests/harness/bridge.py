"""A bridge as a process."""

import contextlib
import http.client
import os
import pathlib
import re
import signal
import subprocess
import threading

from .kafka import ROOT
from .waiting import Changes

SANITIZER = re.compile(r"AddressSanitizer|LeakSanitizer|ThreadSanitizer|runtime error:|UndefinedBehavior")


def binary():
    return os.environ.get("TAILRACE_BIN") or str(ROOT / "build" / "release" / "tailrace")


class Bridge:
    """`tailrace serve` on ports of its own, up on construction (it listens; Kafka may be away). `log` has its lines."""

    def __init__(self, bootstrap, topics, log_file, **flags):
        self.log, self._changes = [], Changes()
        self._expected = None  # the exit code of an end that the test wanted
        self._file = open(log_file, "w", encoding="utf-8", errors="replace")
        flags = {"listen": "127.0.0.1:0", "admin": "127.0.0.1:0", "drain_grace": "0s", "drain": "0s", **flags}
        words = [f"--{name.replace('_', '-')}={each}" for name, value in flags.items()
                 for each in (value if isinstance(value, list) else [value]) if each is not None]
        command = [binary(), "serve", f"--brokers={bootstrap}", f"--topics={','.join(topics)}", *words]
        # TAILRACE_… are the bridge's settings; the tests' own variables are none of them
        environment = {key: value for key, value in os.environ.items() if not key.startswith("TAILRACE_")}
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        env=environment)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        self.port = self._port(r"listening on \S+:(\d+)")
        self.admin_port = self._port(r"admin on 127\.0\.0\.1:(\d+)") if flags["admin"] else None

    def _read(self):
        for line in self.process.stdout:
            text = line.decode(errors="replace")
            self._file.write(text)
            self._file.flush()
            self._changes.changed(lambda: self.log.append(text))
        self._changes.changed()

    def wait_log(self, pattern):
        """The first line that matches, now or later."""
        def found():
            return next((m for line in list(self.log) if (m := re.search(pattern, line))), None)

        self._changes.wait(lambda: found() or not self._thread.is_alive(), f"{pattern!r} in the bridge's log")
        if not found():
            raise RuntimeError(f"the bridge ended ({self.process.wait()}) without {pattern!r}:\n{self.tail()}")
        return found()

    def _port(self, pattern):
        return int(self.wait_log(pattern).group(1))

    def get(self, path, port=None, method="GET", headers=None):
        """(status, body) of an HTTP request."""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=180)
        try:
            connection.request(method, path, headers=headers or {})
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def wait_ready(self):
        """Until Kafka is reachable and its topics are known."""
        self.poll(lambda: self.get("/readyz")[0] == 200, "/readyz to be 200")

    def poll(self, done, what):
        """For what only asking shows. Asks ten times a second."""
        for _ in range(1800):
            if done():
                return
            if self.process.poll() is not None:
                raise RuntimeError(f"the bridge ended: {self.tail()}")
            threading.Event().wait(0.1)
        raise TimeoutError(f"waited 180 s for {what} in vain")

    def metric(self, name, **labels):
        """The sum over all labels of a metric, or over those with these, or 0 where it has not appeared."""
        _, text = self.get("/metrics", self.admin_port)
        wanted = [f'{label}="{value}"' for label, value in labels.items()]
        return sum(float(value) for own, value in re.findall(rf"^{name}(?:\{{(.*)\}})? (\S+)$", text, re.M)
                   if all(each in own.split(",") for each in wanted))

    @contextlib.contextmanager
    def counted(self, metric, **labels):
        """What happens within is counted, once."""
        before = self.metric(metric, **labels)
        yield
        self.poll(lambda: self.metric(metric, **labels) > before, f"{metric} of {labels} to move")
        assert self.metric(metric, **labels) == before + 1

    def rss(self):
        """Resident memory in bytes."""
        return self._status("VmRSS")

    def peak(self):
        """The most resident memory since `forget_peak`."""
        return self._status("VmHWM")

    def forget_peak(self):
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def _status(self, name):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"{name}:\s+(\d+) kB", status).group(1)) << 10

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def resume(self):
        self.process.send_signal(signal.SIGCONT)

    def kill(self):
        """kill -9, as a machine that dies."""
        self._expected = -signal.SIGKILL
        self.process.kill()
        return self._ended()

    def terminate(self):
        """SIGTERM; the exit code."""
        self._expected = 0
        self.process.send_signal(signal.SIGTERM)
        return self._ended()

    def _ended(self):
        code = self.process.wait(180)
        self._thread.join()
        self._file.close()
        self.process.stdout.close()
        return code

    def close(self):
        """Ends it, so that sanitizers report; fails where it had ended by itself, or badly, or they did report."""
        if self._expected is None:
            assert self.process.poll() is None, f"the bridge ended by itself ({self.process.poll()}):\n{self.tail()}"
            self.terminate()
        assert self.process.returncode == self._expected, f"exit code {self.process.returncode}:\n{self.tail()}"
        reports = [n for n, line in enumerate(self.log) if SANITIZER.search(line)]
        assert not reports, "".join(self.log[reports[0]:][:80])

    def tail(self):
        return "".join(self.log[-40:])
