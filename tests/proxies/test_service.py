"""The systemd unit: hardened, well-formed, and with no directive that the bridge can't live with."""

import os
import re
import signal
import socket
import subprocess

import pytest

from harness.bridge import Bridge, binary
from harness.kafka import ROOT

UNIT = ROOT / "ops" / "systemd" / "tailrace.service"
MOST = 1.5  # what systemd calls the exposure


def pairs():
    return [line.split("=", 1) for line in UNIT.read_text().splitlines() if re.match(r"\w+=", line)]


def settings():
    return dict(pairs())


def test_a_reload_reads_the_settings_again(tmp_path):
    """What `systemctl reload` runs, with the process that it would give."""
    file = tmp_path / "tailrace.yaml"
    file.write_text("origins: []\n")
    b = Bridge("127.0.0.1:1", ["any"], tmp_path / "log", config=file)
    try:
        file.write_text("origins: ['https://example.com']\n")
        subprocess.run(["sh", "-c", settings()["ExecReload"]], check=True, env={"MAINPID": str(b.process.pid)})
        b.wait_log("configuration reloaded")
    finally:
        b.close()


def for_a_proxy(text):
    """With the lines that stand there as comments for a socket that a proxy reaches."""
    return re.sub(r"^# (Group|UMask)=", r"\1=", text, flags=re.M)


def with_a_password(text):
    """With the line for it."""
    return re.sub(r"^# LoadCredential=", "LoadCredential=", text, flags=re.M)


def test_the_file_of_the_operators_page_finds_its_password():
    name, source = re.search(r"^LoadCredential=(.*):(.*)$", with_a_password(UNIT.read_text()), re.M).groups()
    page = (ROOT / "ops" / "README.md").read_text()
    assert f"sasl.password.file: /run/credentials/{UNIT.name}/{name}\n" in page and f"`{source}`" in page


@pytest.mark.parametrize("variant", [str, for_a_proxy, with_a_password])
def test_exposure_is_low(variant, tmp_path):
    copy = tmp_path / "tailrace.service"
    copy.write_text(variant(UNIT.read_text()))
    result = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", copy], text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT)
    found = re.search(r"Overall exposure level for tailrace\.service: (\S+)", result.stdout)
    assert found, result.stdout
    assert 0 < float(found.group(1)) <= MOST


@pytest.mark.parametrize("variant", [str, for_a_proxy, with_a_password])
def test_systemd_understands_every_line(variant, tmp_path):
    """With this build in the place of the installed one."""
    copy = tmp_path / "tailrace.service"
    copy.write_text(variant(UNIT.read_text()).replace("/usr/bin/tailrace", binary()))
    result = subprocess.run(["systemd-analyze", "verify", "--man=no", copy], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    told = [line for line in result.stdout.splitlines() if "tailrace" in line]
    assert result.returncode == 0 and not told, result.stdout


def started(config, text):
    """What the unit starts, with this as its settings; its end."""
    config.write_text(text)
    command = settings()["ExecStart"].replace("/usr/bin/tailrace", binary()).replace("/etc/tailrace/tailrace.yaml", str(config))
    return subprocess.run(command.split(), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def test_bad_settings_are_not_tried_again(tmp_path):
    result = started(tmp_path / "tailrace.yaml", "nonsense: 1\n")
    assert str(result.returncode) == settings()["RestartPreventExitStatus"], result.stdout
    assert "nonsense" in result.stdout


# taken; of no machine here, as before an interface is up
@pytest.mark.parametrize("address", [None, "192.0.2.1"])
def test_an_address_that_may_come_is_tried_again_and_again(address, tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        listen = f"{address}:0" if address else f"127.0.0.1:{taken.getsockname()[1]}"
        result = started(tmp_path / "tailrace.yaml", f"topics: [any]\nlisten: {listen}\npublic: true\n")
    assert "can't listen on" in result.stdout
    assert settings()["Restart"] == "on-failure" and result.returncode not in (0, int(settings()["RestartPreventExitStatus"])), result.stdout
    assert settings()["StartLimitIntervalSec"] == "0"


def test_a_proxy_reaches_the_socket_in_the_runtime_directory(haproxy, tmp_path):
    """By its group, which may write to what this umask makes."""
    if os.geteuid() != 0:
        pytest.skip("only root gives a process another group")
    text = UNIT.read_text()
    path = re.search(r"^# .*unix:(/\S+),", text, re.M).group(1)
    # systemd takes the last of several
    group, umask = (re.findall(rf"^{name}=(\w+)$", for_a_proxy(text), re.M)[-1] for name in ("Group", "UMask"))
    assert path == f"/run/{settings()['RuntimeDirectory']}/socket"
    socket = tmp_path / "socket"
    process = subprocess.Popen([binary(), "serve", "--brokers=127.0.0.1:1", "--topics=any", f"--listen=unix:{socket}", "--admin=127.0.0.1:0",
                                "--drain-grace=0s", "--drain=0s"], umask=int(umask, 8), group=group, stderr=subprocess.DEVNULL)
    try:
        proxy = haproxy(f"unix@{socket}")
        proxy.poll(lambda: proxy.get("/healthz")[0] == 200, "the bridge behind HAProxy")
        assert (socket.group(), socket.stat().st_mode & 0o777) == (group, 0o770)
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(300) == 0
    assert not socket.exists()


def expanded(group):
    """The system calls of one of systemd's groups."""
    words = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager", group], check=True, text=True, stdout=subprocess.PIPE)
    names = [line.split()[0] for line in words.stdout.splitlines()[1:] if line.strip() and not line.strip().startswith("#")]
    return {call for name in names for call in (expanded(name) if name.startswith("@") else [name])}


def test_the_bridge_needs_no_call_that_is_denied(kafka, tmp_path):
    """From its start to its end, with a client, as strace sees it; and no memory that can be written and run."""
    kafka.create_topic("traced", 1)
    trace = tmp_path / "trace"
    process = subprocess.Popen(["strace", "-f", "-qq", "-o", trace, binary(), "serve", f"--brokers={kafka.bootstrap}", "--topics=traced",
                                "--listen=127.0.0.1:0", "--admin=127.0.0.1:0", "--drain-grace=0s", "--drain=0s"], text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True)
    seen = ""
    for line in process.stdout:
        seen += line
        if "kafka reachable" in line:
            break
    if "ptrace" in seen:
        pytest.skip(f"no tracing here: {seen}")
    port = re.search(r"listening on 127\.0\.0\.1:(\d+)", seen).group(1)
    client = subprocess.run([binary(), "tail", f"127.0.0.1:{port}", "traced", "--from", "earliest", "--to", "-0s"], timeout=300)
    subprocess.run(["pkill", "-INT", "-P", str(process.pid)], check=True)
    assert client.returncode == 0 and process.wait(300) == 0
    lines = [re.sub(r"^\d+ +", "", line) for line in trace.read_text().splitlines()]
    used = {match.group(1) for line in lines if (match := re.match(r"([a-z0-9_]+)\(", line))}
    first, *less = [value.split() for key, value in pairs() if key == "SystemCallFilter"]
    allowed = {call for group in first for call in expanded(group)}
    denied = {call for groups in less for group in groups for call in expanded(group.removeprefix("~"))}
    assert "epoll_wait" in used and len(used) > 20
    assert used - (allowed - denied) == set()
    assert not [line for line in lines if re.match(r"(mmap|mprotect)\(", line) and "PROT_WRITE" in line and "PROT_EXEC" in line]


def test_there_is_time_to_drain():
    """drain_grace and drain by default, and something more."""
    reference = (ROOT / "ops" / "configuration.md").read_text()
    seconds = [int(re.search(rf"^\| `{name}`.*?\| `(\d+)s` \|", reference, re.M).group(1)) for name in ("drain_grace", "drain")]
    assert int(settings()["TimeoutStopSec"].removesuffix("s")) >= sum(seconds) + 5
