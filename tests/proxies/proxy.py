"""nginx and HAProxy as processes, with the configuration that the project ships; only addresses are the tests' own."""

import csv
import os
import re
import shutil
import signal
import socket
import socketserver
import ssl
import subprocess
import threading
import urllib.error
import urllib.request

import websockets

from harness.client import LibraryTransport
from harness.kafka import ROOT
from harness.ports import free_ports

OPS = ROOT / "ops"


def certificate(folder):
    """(certificate, key, both in one file)"""
    cert, key, both = folder / "cert.pem", folder / "key.pem", folder / "both.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", key,
                    "-out", cert, "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
    both.write_text(cert.read_text() + key.read_text())
    return cert, key, both


def trusting():
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class TlsTransport(LibraryTransport):
    """wss:// to a certificate that nobody signed."""

    @classmethod
    async def connect(cls, port, path="/ws", origin=None):
        self = cls()
        self._ws = await websockets.connect(f"wss://127.0.0.1:{port}{path}", max_size=16 << 20, max_queue=None, ping_interval=None,
                                            compression=None, open_timeout=180, ssl=trusting(), origin=origin)
        return self


class Proxy:
    """A process with a port that answers once constructed. `at(bridge number)` is the port it expects that bridge on."""

    scheme = "http"

    @property
    def transport(self):
        return TlsTransport if self.scheme == "https" else LibraryTransport

    def _run(self, command, environment=None):
        self._log = open(self.folder / f"{type(self).__name__.lower()}.log", "w+")
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self._log, stderr=subprocess.STDOUT,
                                        env={**os.environ, **(environment or {})})
        for _ in range(1800):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert self.process.poll() is None, f"{command[0]} ended:\n{self.log()}"
            threading.Event().wait(0.1)
        raise TimeoutError(f"{command[0]} does not listen:\n{self.log()}")

    def log(self):
        self._log.seek(0)
        return self._log.read()[-4000:]

    def get(self, path, headers=None):
        """(status, body)"""
        request = urllib.request.Request(f"{self.scheme}://127.0.0.1:{self.port}{path}", headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=180, context=trusting() if self.scheme == "https" else None) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def poll(self, done, what):
        """For what only asking shows. Asks ten times a second."""
        for _ in range(1800):
            if done():
                return
            threading.Event().wait(0.1)
        raise TimeoutError(f"waited 180 s for {what} in vain\n{self.log()}")

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(180)
        self._log.close()


class Names(socketserver.UDPServer):
    """A DNS server for which every name has the one `address`, until it is given another."""

    def __init__(self, address):
        super().__init__(("127.0.0.1", 0), self._handle)
        self.address = address
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def _handle(self, request, peer, _):
        query, end = request[0], request[0].index(b"\0", 12) + 5  # the header, the name, its type and class
        found = query[end - 4:end - 2] == b"\0\1"  # A
        answer = b"\xc0\x0c\0\1\0\1\0\0\0\1\0\4" + socket.inet_aton(self.address) if found else b""
        counts = b"\0\1" + (b"\0\1" if found else b"\0\0") + b"\0\0\0\0"
        request[1].sendto(query[:2] + b"\x84\0" + counts + query[12:end] + answer, peer)

    def close(self):
        self.shutdown()
        self.server_close()


class HAProxy(Proxy):
    """Plain, or with `certificate` TLS; on a `sub_path` if there is one; for `names` it asks that server, again and again.

    A bridge is the port of one on loopback, or what HAProxy takes for an address."""

    def __init__(self, folder, bridges, certificate=None, sub_path=None, names=None):
        self.folder = folder
        self.port, self._stats = free_ports(2)
        if certificate:
            self.scheme = "https"
        stats = folder / "stats.cfg"
        stats.write_text(f"frontend stats\n  bind 127.0.0.1:{self._stats}\n  stats enable\n  stats uri /\n")
        nobody = free_ports(3)
        bridges = [*bridges, *nobody][:3]
        where = {f"BRIDGE_{n}": f"127.0.0.1:{each}" if isinstance(each, int) else each for n, each in enumerate(bridges, 1)}
        environment = {"LISTEN": f"127.0.0.1:{self.port}", **where}
        environment |= {"CERTIFICATE": str(certificate[2])} if certificate else {}
        environment |= {"SUB_PATH": sub_path} if sub_path else {}
        environment |= {"RESOLVER": f"127.0.0.1:{names.server_address[1]}"} if names else {}
        self._run([shutil.which("haproxy") or "/usr/sbin/haproxy", "-db", "-f", str(OPS / "haproxy.cfg"), "-f", str(stats)], environment)

    def servers(self, backend):
        """The servers of a backend that are up by their checks."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self._stats}/;csv", timeout=180) as answer:
            rows = list(csv.DictReader(answer.read().decode().lstrip("# ").splitlines()))
        return {row["svname"] for row in rows if row["pxname"] == backend and row["svname"] != "BACKEND" and row["status"] == "UP"}


class Nginx(Proxy):
    """With TLS, on /live."""

    scheme = "https"

    def __init__(self, folder, ports, tls):
        self.folder = folder
        (self.port,) = free_ports(1)
        site = folder / "tailrace.conf"
        site.write_text(self._site(ports, tls))
        main = folder / "nginx.conf"
        main.write_text(f"pid {folder}/nginx.pid;\nerror_log {folder}/error.log notice;\nworker_processes 2;\ndaemon off;\n"
                        f"worker_shutdown_timeout 30s;\nevents {{ worker_connections 4096; }}\n"
                        f"http {{ access_log off; {self._folders()} include {site}; }}\n")
        self._run([shutil.which("nginx") or "/usr/sbin/nginx", "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(main)])

    def _site(self, ports, tls):
        text = (OPS / "nginx.conf").read_text()
        nobody = free_ports(3)
        for number, documented in enumerate((8080, 8180, 8280)):
            text, count = re.subn(rf"127\.0\.0\.1:{documented}\b", f"127.0.0.1:{ports[number] if number < len(ports) else nobody[number]}", text)
            assert count == 2
        for documented, own in (("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl"), ("/etc/ssl/tailrace.pem", str(tls[0])),
                                ("/etc/ssl/tailrace.key", str(tls[1]))):
            assert text.count(documented) == 1, documented
            text = text.replace(documented, own)
        return text

    def _folders(self):
        names = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        return " ".join(f"{name}_temp_path {self.folder}/{name};" for name in names)
