"""The jars of Kafka in a cache folder: fetched once by Maven, shared by every cluster and tool of this user."""

import fcntl
import os
import pathlib
import subprocess
import sys

POM = pathlib.Path(__file__).parent / "pom.xml"
VERSION = "4.1.1"


def cache_root():
    home = os.environ.get("TAILRACE_CACHE") or os.path.expanduser("~/.cache/tailrace")
    return pathlib.Path(home)


def folder(version=VERSION):
    """The folder of a version's jars, complete; several processes may ask at once."""
    jars = cache_root() / f"kafka-{version}"
    try:
        jars.parent.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        sys.exit(f"kafka: {jars.parent}: {problem.strerror}; choose another folder for the jars: TAILRACE_CACHE=…")
    with open(f"{jars}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (jars / ".complete").exists():
            fetch(jars, version)
    return jars


def fetch(jars, version):
    print(f"kafka: fetching the jars of {version} (once)", file=sys.stderr)
    command = ["mvn", "-q", "-B", "-Dstyle.color=never", "-f", str(POM), "dependency:copy-dependencies"]
    command += [f"-Dkafka.version={version}", "-DincludeScope=runtime", f"-DoutputDirectory={jars}"]
    result = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True)
    if result.returncode != 0:
        sys.stderr.write(result.stdout[-2000:])
        sys.exit("kafka: Maven could not fetch the jars: look at the network and Maven's settings")
    (jars / ".complete").touch()


def java(main_class, heap, log_level, version=VERSION):
    """The command line of a lean JVM: these processes are many and mostly short-lived."""
    command = ["java", f"-Xmx{heap}m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData"]
    command += [f"-Dorg.slf4j.simpleLogger.defaultLogLevel={log_level}"]
    command += ["-Dorg.slf4j.simpleLogger.showDateTime=true", "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS"]
    command += os.environ.get("TAILRACE_KAFKA_JVM", "").split()
    return command + ["-cp", f"{folder(version)}/*", main_class]
