"""Where a script can't work: one line with what to do, an exit code other than 0, and nothing half-started left behind."""

import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess

import pytest

from fifo import PATIENCE, told
from harness.kafka import ROOT
from harness.ports import free_ports

DEMO = ROOT / "ops" / "demo"
NOBODY = 65534


def run(*words, script=DEMO, **options):
    return subprocess.run([script, *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=600, **options)


def ports():
    page, kafka = free_ports(2)
    return ["--port", str(page), "--kafka-port", str(kafka)]


@pytest.mark.parametrize("option, other", [("--port", "8090"), ("--kafka-port", "9192"), ("--admin", "127.0.0.1:8099")])
def test_a_port_that_is_taken(option, other):
    """Before anything is built."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        others = free_ports(2)
        words = {"--port": others[0], "--kafka-port": others[1]} | {option: f"127.0.0.1:{port}" if option == "--admin" else port}
        result = run(*(str(word) for pair in words.items() for word in pair))
    assert result.returncode == 1
    assert result.stdout == f"demo: port {port} is taken; choose another: ops/demo {option} {other}\n"


@pytest.mark.parametrize("words, said", [
    (["--port", "70000"], "demo: --port: '70000' is no port; see ops/demo --help\n"),
    (["--port", "{0}", "--kafka-port", "{0}"], "demo: --kafka-port: port {0} is given twice; see ops/demo --help\n"),
    (["--port", "{0}", "--kafka-port", "{1}", "--admin", "127.0.0.1:{0}"], "demo: --admin: port {0} is given twice; see ops/demo --help\n"),
    (["--port", "{1}", "--kafka-port", "{0}", "--admin", "localhost:{0}"], "demo: --admin: port {0} is given twice; see ops/demo --help\n"),
    (["--port"], "demo: --port wants a value; see ops/demo --help\n"),
    (["--speed"], "demo: can't make sense of '--speed'; see ops/demo --help\n")])
def test_wrong_usage(words, said):
    free = free_ports(2)
    result = run(*(word.format(*free) for word in words))
    assert (result.returncode, result.stdout) == (2, said.format(*free))


@pytest.mark.parametrize("host", ["127.0.0.2", "[::1]"])
def test_a_port_of_another_address_is_another_one(tools, host):
    """It goes on, to what comes next."""
    words = ports()
    result = run(*words, "--admin", f"{host}:{words[1]}", env=tools(df="echo Filesystem Size Used Available; echo /dev/x 100000 99900 100"))
    assert result.returncode == 1 and "no space" in result.stdout, result.stdout


@pytest.mark.parametrize("script, words", [("demo", None), ("test", ["unit"])])
def test_no_space(tools, script, words):
    environment = tools(df="echo Filesystem Size Used Available; echo /dev/x 100000 99900 100")
    result = run(*(ports() if words is None else words), script=ROOT / "ops" / script, env=environment)
    assert result.returncode == 1
    said = result.stdout.splitlines()[0]
    assert re.fullmatch(rf"{script}: no space: about \d+ MB are needed in /.*, 100 MB are free", said)


@pytest.mark.parametrize("standing", [True, False])
@pytest.mark.parametrize("script, words", [("demo", None), ("test", ["unit"])])
def test_what_is_built_already_wants_no_space_again(tools, tmp_path, script, words, standing):
    tree = tmp_path / "tree"
    shutil.copytree(ROOT / "ops", tree / "ops", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ["ops/deps"] + ["build/release/tailrace", "build/web/.built"] * standing:
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text("#!/bin/bash\necho it goes on; exit 1\n")
        (tree / name).chmod(0o755)
    environment = tools(df="echo Filesystem Size Used Available; echo /dev/x 100000 98000 2000") | {"TAILRACE_CACHE": str(tmp_path)}
    result = run(*(ports() if words is None else words), script=tree / "ops" / script, env=environment)
    assert ("it goes on" in result.stdout, "no space" in result.stdout) == (standing, not standing), result.stdout


@pytest.mark.parametrize("script, words", [("demo", None), ("test", ["unit"])])
def test_no_apt(tools, tmp_path, script, words):
    """Something is missing and nothing can install it."""
    lean = tmp_path / "bin"
    lean.mkdir()
    for name in ("bash", "dirname", "realpath", "nproc", "sed", "df", "awk", "id", "sort", "xargs", "basename", "rm", "mkdir", "env", "cat", "echo"):
        (lean / name).symlink_to(shutil.which(name))
    environment = tools(dpkg_query="exit 1") | {"PATH": f"{tmp_path}:{lean}"}
    result = run(*(ports() if words is None else words), script=ROOT / "ops" / script, env=environment)
    assert result.returncode == 1
    assert "deps: no apt-get here; needed: " in result.stdout, result.stdout


POLICY = pathlib.Path("/usr/sbin/policy-rc.d")


@pytest.mark.parametrize("fails", ["update", "install"])
@pytest.mark.parametrize("script, words", [("demo", None), ("deps", ["run"])])
def test_an_apt_that_fetches_nothing(tools, tmp_path, script, words, fails):
    """The line of apt that says why, what to look at; and nothing stays of what it began."""
    if os.geteuid() != 0:
        pytest.skip("only root installs")
    (tmp_path / "tmp").mkdir()
    policy = POLICY.exists()
    environment = tools(dpkg_query="exit 1", apt_get=f"[[ $* != *{fails}* ]] || {{ echo 'Err:1 http://archive Could not resolve'; exit 100; }}")
    result = run(*(ports() if words is None else words), script=ROOT / "ops" / script, env=environment | {"TMPDIR": str(tmp_path / "tmp")})
    assert result.returncode == 1
    said = "deps: apt could not install the packages: Err:1 http://archive Could not resolve. Look at the network and /etc/apt; Debian 12 is what this is made for"
    assert said in result.stdout.splitlines(), result.stdout
    assert list((tmp_path / "tmp").iterdir()) == [] and POLICY.exists() == policy


@pytest.mark.parametrize("said", ["dpkg: error: unable to install: No space left on device", "E: You don't have enough free space in /var/cache/apt/archives/."])
def test_a_disk_that_is_full_while_packages_are_installed(tools, said):
    if os.geteuid() != 0:
        pytest.skip("only root installs")
    result = run("run", script=ROOT / "ops" / "deps", env=tools(dpkg_query="exit 1", apt_get=f'echo "{said}"; exit 100'))
    assert result.returncode == 1
    assert result.stdout.splitlines()[-1] == "deps: no space for the packages: free some where /usr and /var are"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_told_to_end_while_packages_are_installed(tools, tmp_path, number):
    """Neither its log nor what keeps services from starting stays."""
    if os.geteuid() != 0:
        pytest.skip("only root installs")
    (tmp_path / "tmp").mkdir()
    os.mkfifo(tmp_path / "began")
    policy = POLICY.exists()
    environment = tools(dpkg_query="exit 1", apt_get=f"[[ $* != *install* ]] || {{ echo >{tmp_path}/began; exec sleep infinity; }}")
    process = subprocess.Popen([ROOT / "ops" / "deps", "run"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               env=environment | {"TMPDIR": str(tmp_path / "tmp")}, start_new_session=True,
                               preexec_fn=lambda: signal.signal(number, signal.SIG_DFL))
    told(tmp_path / "began", process)
    os.killpg(process.pid, number)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert list((tmp_path / "tmp").iterdir()) == [] and POLICY.exists() == policy


@pytest.mark.parametrize("ours", [True, False])
def test_what_a_killed_run_left_is_no_policy_of_somebody_else(tools, tmp_path, ours):
    if os.geteuid() != 0:
        pytest.skip("only root installs")
    sbin = tmp_path / "sbin"
    sbin.mkdir()
    environment = tools(dpkg_query="exit 1", apt_get=f"[[ $* != *install* ]] || cat {POLICY} >{tmp_path}/seen")
    left = f"cp {tmp_path}/seen {POLICY}" if ours else f"echo theirs >{POLICY}"
    script = f"mount --bind {sbin} {POLICY.parent}; {ROOT}/ops/deps run && [ ! -e {POLICY} ] && {left} && {ROOT}/ops/deps run; echo $?; ls {POLICY.parent}"
    result = subprocess.run(["unshare", "--mount", "bash", "-c", script], env=environment, text=True, stdout=subprocess.PIPE)
    assert result.stdout == ("0\n" if ours else f"0\n{POLICY.name}\n")


def test_a_package_of_two_architectures_is_installed(tools):
    result = run("run", script=ROOT / "ops" / "deps", env=tools(dpkg_query="""printf "${3/'${db:Status-Status}'/installed}%.0s" 1 2""", apt_get="exit 1"))
    assert (result.returncode, result.stdout) == (0, "")


def test_nothing_is_removed_and_a_docker_of_another_source_stays(tools, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root installs")
    asked = tmp_path / "asked"
    environment = tools(dpkg_query="exit 1", apt_get=f'echo "$@" >>{asked}', docker="", docker_compose="")
    assert run("compose", script=ROOT / "ops" / "deps", env=environment).returncode == 0
    (words,) = [line.split() for line in asked.read_text().splitlines() if "install" in line.split()]
    assert "--no-remove" in words and "iptables" in words
    assert not {"docker.io", "docker-compose"} & set(words)


def test_what_is_installed_starts_at_no_boot(tools, tmp_path):
    """In a machine with a service of its own, which stays as it is, also where it is made newer."""
    if os.geteuid() != 0:
        pytest.skip("only root installs")
    units, wanted = "/lib/systemd/system", "/etc/systemd/system"
    make = f"make() {{ touch {units}/$2; mkdir -p {wanted}/$1.target.wants; ln -sf {units}/$2 {wanted}/$1.target.wants/; }}"
    environment = tools(dpkg_query="exit 1", apt_get=f"{make}\n[[ $* != *install* ]] || {{ make multi-user new.service; make sockets new.socket; make multi-user mine.service; }}")
    script = f"{make}\nmount -t tmpfs none {units} && mount -t tmpfs none {wanted} && make multi-user mine.service && {ROOT}/ops/deps proxy && cd {wanted} && find -type l"
    result = subprocess.run(["unshare", "--mount", "bash", "-c", script], env=environment, stdout=subprocess.PIPE, text=True)
    assert (result.returncode, result.stdout) == (0, "./multi-user.target.wants/mine.service\n")


def test_an_npm_that_fetches_nothing(tools, tmp_path):
    """A second start begins anew, as nothing counts as installed."""
    tree = tmp_path / "tree"
    (tree / "web").mkdir(parents=True)
    shutil.copytree(ROOT / "ops", tree / "ops", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("package.json", "package-lock.json"):
        shutil.copy(ROOT / "web" / name, tree / "web")
    environment = tools(npm="exit 1", node="echo 22") | {"TAILRACE_CACHE": str(tmp_path / "cache")}
    result = run("web", script=tree / "ops" / "build", env=environment)
    assert result.returncode == 1
    assert "build: npm could not fetch what the page is built with: look at the network and npm's settings" in result.stdout.splitlines()
    assert not (tree / "web" / "node_modules").exists() and not (tree / "build").exists()


def test_a_pip_that_fetches_nothing(tools, tmp_path):
    """Where the machine's own Node is too old."""
    environment = tools(dpkg_query="echo installed", node="echo 18", npm="") | {
        "TAILRACE_CACHE": str(tmp_path / "cache"), "TMPDIR": str(tmp_path / "tmp"), "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": ""}
    (tmp_path / "tmp").mkdir()
    result = run("web", script=ROOT / "ops" / "deps", env=environment)
    assert result.returncode == 1
    assert re.search(r"^deps: pip could not fetch \S+: look at the network and pip's settings$", result.stdout, re.M), result.stdout
    assert list((tmp_path / "tmp").iterdir()) == [] and not (tmp_path / "cache" / "node").exists()


def test_a_kafka_whose_port_is_taken(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = run("up", "--port", str(port), script=ROOT / "ops" / "kafka", env={**os.environ, "TAILRACE_KAFKA_DIR": str(tmp_path)})
    assert (result.returncode, result.stdout) == (1, f"kafka: port {port} is taken; choose another with --port\n")
    assert list(tmp_path.iterdir()) == []


NODES = """
import random, sys
sys.path.insert(0, "ops/kafka.d")
import cluster
numbers = iter([20001, 20002, *range(21000, 31000)])
random.randint = lambda *_: next(numbers)
ports = [port for node in cluster.make_plan(3, 20000, [], {}, "")["nodes"].values() for port in node.values()]
print(len(ports), len(set(ports)))
"""


def test_no_node_takes_a_port_that_another_was_told():
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    result = subprocess.run(["/usr/bin/python3", "-c", NODES], cwd=ROOT, text=True, stdout=subprocess.PIPE, env=environment)
    assert result.stdout == "6 6\n"


@pytest.fixture
def stranger(tmp_path):
    """`stranger(script, …)`: run by nobody, in a tree that is `owner`'s."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    tree = tmp_path / "tree"
    shutil.copytree(ROOT / "ops", tree / "ops", ignore=shutil.ignore_patterns("__pycache__"))
    for folder in [tree, *tree.parents]:
        if folder.is_relative_to(tmp_path.parent.parent):
            folder.chmod(0o755)

    def start(script, *words, owner=0, env=os.environ):
        os.chown(tree, owner, owner)
        return tree, run(*words, script=tree / "ops" / script, user=NOBODY, env={**env, "HOME": "/nonexistent"})

    return start


@pytest.mark.parametrize("script, words", [("demo", None), ("build", ["release"]), ("test", ["unit"])])
def test_no_rights(stranger, script, words):
    """In a tree of somebody else."""
    tree, result = stranger(script, *(ports() if words is None else words))
    assert (result.returncode, result.stdout) == (1, f"{script}: can't write to {tree}; run as its owner, or as root\n")


@pytest.mark.parametrize("script, words, groups", [("demo", None, "build web demo"), ("build", ["release"], "build"), ("test", ["unit"], "test")])
def test_not_root_and_something_is_missing(stranger, tools, script, words, groups):
    _, result = stranger(script, *(ports() if words is None else words), owner=NOBODY, env=tools(dpkg_query="exit 1"))
    assert result.returncode == 1
    assert re.search(rf"^deps: missing: .*; run `sudo ops/deps {groups}`$", result.stdout, re.M), result.stdout


def test_bare_wants_root(stranger):
    _, result = stranger("bare", "true")
    assert (result.returncode, result.stdout) == (1, "bare: needs root (it mounts and changes root)\n")


def test_kafka_wants_a_place_for_its_jars(stranger):
    _, result = stranger("kafka", "up")
    assert result.returncode == 1
    assert result.stdout == "kafka: /nonexistent/.cache/tailrace: Permission denied; choose another folder for the jars: TAILRACE_CACHE=…\n"
