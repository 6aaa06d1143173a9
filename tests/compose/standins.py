"""Images that the compose file names, where no registry can be reached: made from what Debian and Maven have."""

import json
import pathlib
import shutil
import subprocess
import tempfile

from harness.kafka import OPS_KAFKA, ROOT

HERE = pathlib.Path(__file__).parent / "standins"
BASE = "debian:bookworm-slim"
KNOWN = {"apache/kafka": "kafka", "haproxy": "haproxy", "prom/prometheus": "prometheus", "grafana/grafana": "grafana"}
KEPT = ("HOME", "PWD", "OLDPWD", "SHLVL", "_", "TERM", "PATH", "LANG")


def bare(*command, **options):
    """In a bare Debian with this machine's registries and certificates, as ops/bare makes it."""
    return subprocess.run([ROOT / "ops" / "bare", *command], check=True, stdout=subprocess.PIPE, **options)


def import_base(engine):
    """debian:bookworm-slim by debootstrap, with what reaches this machine's registries inside."""
    variables = [line for line in bare("env", text=True).stdout.splitlines() if line.split("=")[0] not in KEPT]
    changes = [word for line in variables for word in ("--change", f"ENV {line}")]
    # as in Docker's own image of Debian: who unpacks packages there need not wait for the disk
    script = "echo force-unsafe-io >/etc/dpkg/dpkg.cfg.d/docker; cd /; tar -c --one-file-system --exclude=./root/tailrace ."
    tar = subprocess.Popen([ROOT / "ops" / "bare", "sh", "-c", script], stdout=subprocess.PIPE)
    engine.docker("import", *changes, "--change", 'CMD ["bash"]', "-", BASE, stdin=tar.stdout, stdout=subprocess.DEVNULL)
    assert tar.wait() == 0


def build(engine, name, image):
    with tempfile.TemporaryDirectory() as folder:
        context = pathlib.Path(folder, name)
        shutil.copytree(HERE / name, context)
        if name == "kafka":
            jars = subprocess.run([OPS_KAFKA, "fetch"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
            shutil.copytree(jars, context / "jars")
        engine.docker("build", "--quiet", "--tag", image, context, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def pulled(engine, image):
    return engine.docker("pull", "--quiet", image, check=False, capture_output=True).returncode == 0


def provide(engine, images):
    """Has every image of the list there, pulled or made; the names of those that can't be had, and of those made."""
    missing, made = [], []
    for image in [BASE, *images]:
        if engine.has(image) or pulled(engine, image):
            continue
        name = KNOWN.get(image.rsplit(":", 1)[0])
        if image == BASE:
            import_base(engine)
        elif name:
            build(engine, name, image)
        else:
            missing.append(image)
            continue
        made.append(image)
    return missing, made


def size(engine, image):
    return json.loads(engine.output("image", "inspect", image))[0]["Size"]
