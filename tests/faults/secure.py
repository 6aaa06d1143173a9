"""A Kafka whose listeners want TLS and passwords, with certificates made for it. 3.9.1: with 4.x, librdkafka 2.0.2 can't SCRAM."""

import pathlib
import subprocess
import tempfile

from harness.kafka import Cluster

PASSWORD = "tailrace-secret"
MODULES = {"PLAIN": "org.apache.kafka.common.security.plain.PlainLoginModule",
           "SCRAM-SHA-256": "org.apache.kafka.common.security.scram.ScramLoginModule",
           "SCRAM-SHA-512": "org.apache.kafka.common.security.scram.ScramLoginModule"}


def run(*command, cwd):
    subprocess.run(command, cwd=cwd, check=True, capture_output=True, stdin=subprocess.DEVNULL)


def certificates(folder):
    """ca.pem, and server.p12 signed by it for 127.0.0.1; other.pem has signed nothing."""
    for name in ("ca", "other"):
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}", "-keyout", f"{name}.key",
            "-out", f"{name}.pem", cwd=folder)
    run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr", cwd=folder)
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    run("openssl", "x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names",
        "-out", "server.pem", cwd=folder)
    run("openssl", "pkcs12", "-export", "-in", "server.pem", "-inkey", "server.key", "-certfile", "ca.pem", "-passout", f"pass:{PASSWORD}",
        "-out", "server.p12", cwd=folder)


class Secure(Cluster):
    """Listeners TLS (no password), SASL (PLAIN and SCRAM over TLS) and BARE (the same without TLS)."""

    def __init__(self):
        self._made = tempfile.TemporaryDirectory(prefix="tailrace-secure-")
        self.folder = pathlib.Path(self._made.name)
        certificates(self.folder)
        settings = {"ssl.keystore.type": "PKCS12", "ssl.keystore.location": self.folder / "server.p12",
                    "ssl.keystore.password": PASSWORD, "ssl.key.password": PASSWORD,
                    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                    "allow.everyone.if.no.acl.found": "true", "super.users": "User:ANONYMOUS"}
        for listener in ("sasl", "bare"):
            settings[f"listener.name.{listener}.sasl.enabled.mechanisms"] = ",".join(MODULES)
            for mechanism, module in MODULES.items():
                user = f' user_plain="{PASSWORD}"' if mechanism == "PLAIN" else ""
                settings[f"listener.name.{listener}.{mechanism.lower()}.sasl.jaas.config"] = f"{module} required{user};"
        super().__init__(settings=settings, listeners=["TLS=SSL", "SASL=SASL_SSL", "BARE=SASL_PLAINTEXT"])
        for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-512"):
            self.tool("kafka-configs", "--alter", "--entity-type", "users", "--entity-name", "scram",
                      "--add-config", f"{mechanism}=[password={PASSWORD}]")

    def acl(self, action, topic, operation="All"):
        """`--add` or `--remove` what denies a topic, or one thing that is done to it, to the user `scram`."""
        words = [action, *(["--force"] if action == "--remove" else [])]
        self.tool("kafka.admin.AclCommand", "--bootstrap-server", self.bootstrap, *words, "--deny-principal", "User:scram",
                  "--operation", operation, "--topic", topic)

    def ops(self, command, *args):
        return super().ops(command, *args, *(["--version", "3.9.1"] if command == "up" else []))

    def down(self):
        super().down()
        self._made.cleanup()
