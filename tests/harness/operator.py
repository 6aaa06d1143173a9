"""An operator who never rests: reloads, reads every page of the admin listener, turns logs on and off."""

import asyncio
import itertools
import json
import signal
import time


class Operator:
    """Works on one bridge that runs by the configuration file `path`, and counts its rounds."""

    def __init__(self, bridge, path, extra_topic):
        self._bridge, self._path, self._extra = bridge, path, extra_topic
        self.rounds = self.seen = 0

    @staticmethod
    def begin(path):
        path.write_text("limits: {subscriptions: 100}\n")

    async def work(self, seconds):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            await asyncio.to_thread(self._round)
            self.rounds += 1

    def _round(self):
        b, number = self._bridge, self.rounds
        self._reload(number)
        assert "tailrace_sessions " in b.get("/metrics", b.admin_port)[1]
        sessions = json.loads(b.get("/sessions", b.admin_port)[1])
        self.seen += len(sessions)
        for session, on in itertools.product(sessions[:3], ("true", "false")):  # gone by now, some of them
            assert b.get(f"/wire-log?session={session['session']}&on={on}", b.admin_port, "POST")[0] in (200, 404)
        assert b.get(f"/log-level?level={('debug', 'info')[number % 2]}", b.admin_port, "POST")[0] == 200
        assert b.get("/readyz")[0] in (200, 503) and b.get("/api/channels")[0] == 200
        assert b.get("/healthz", b.admin_port)[0] == 200

    def _reload(self, number):
        """Other limits and origins; and a channel that comes with one reload and goes with the next."""
        channels = f"channels: [{{topic: {self._extra}, name: other}}]\n" if number % 2 else ""
        self._path.write_text(f"limits: {{subscriptions: {100 + number}, connections: {500 + number}}}\n"
                              f"origins: ['https://{number}.example']\nlog: {{level: {('info', 'debug')[number % 2]}}}\n" + channels)
        before = self._reloads()
        self._bridge.process.send_signal(signal.SIGHUP)
        self._bridge.poll(lambda: self._reloads() > before, "a reload")

    def _reloads(self):
        return sum("configuration reloaded" in line for line in self._bridge.log)
