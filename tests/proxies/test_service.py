"""The systemd unit: hardened, well-formed, and with no directive that the bridge can't live with."""

import re
import subprocess

from harness.bridge import binary
from harness.kafka import ROOT

UNIT = ROOT / "ops" / "systemd" / "tailrace.service"
MOST = 1.5  # what systemd calls the exposure


def settings():
    pairs = [line.split("=", 1) for line in UNIT.read_text().splitlines() if re.match(r"\w+=", line)]
    return {key: value for key, value in pairs}


def test_exposure_is_low():
    result = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager", UNIT], text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT)
    found = re.search(r"Overall exposure level for tailrace\.service: (\S+)", result.stdout)
    assert found, result.stdout
    assert 0 < float(found.group(1)) <= MOST


def test_systemd_understands_every_line(tmp_path):
    """With this build in the place of the installed one."""
    copy = tmp_path / "tailrace.service"
    copy.write_text(UNIT.read_text().replace("/usr/bin/tailrace", binary()))
    result = subprocess.run(["systemd-analyze", "verify", "--man=no", copy], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    told = [line for line in result.stdout.splitlines() if "tailrace" in line]
    assert result.returncode == 0 and not told, result.stdout


def test_the_commands_exist(tmp_path):
    config = tmp_path / "tailrace.yaml"
    config.write_text("brokers: [localhost:9092]\ntopics: [metrics]\n")
    command = settings()["ExecStartPre"].replace("/usr/bin/tailrace", binary()).replace("/etc/tailrace/tailrace.yaml", str(config))
    result = subprocess.run(command.split(), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert result.returncode == 0, result.stdout
    config.write_text("nonsense: 1\n")
    assert str(subprocess.run(command.split(), capture_output=True).returncode) == settings()["RestartPreventExitStatus"]


def test_there_is_time_to_drain():
    """drain_grace and drain by default, and something more."""
    reference = (ROOT / "ops" / "configuration.md").read_text()
    seconds = [int(re.search(rf"^\| `{name}`.*?\| `(\d+)s` \|", reference, re.M).group(1)) for name in ("drain_grace", "drain")]
    assert int(settings()["TimeoutStopSec"].removesuffix("s")) >= sum(seconds) + 5
