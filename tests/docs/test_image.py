"""What the image is built of, and what compose mounts, without Docker."""

import os
import re
import shutil
import subprocess

import pytest
import yaml

from harness.kafka import ROOT


def copied(stage):
    """(from, to) of each COPY of a stage of the Dockerfile."""
    text = (ROOT / "Dockerfile").read_text()
    for line in re.search(rf"^FROM \S+ AS {stage}$(.*?)(?=^FROM )", text, re.M | re.S).group(1).splitlines():
        if line.startswith("COPY "):
            *sources, target = line.split()[1:]
            yield from ((ROOT / source, f"{target}{source.split('/')[-1]}" if target.endswith("/") else target) for source in sources)


def test_the_bridge_configures_from_what_the_image_has_of_the_tree(tmp_path):
    """There are no tests in there."""
    for source, target in copied("bridge"):
        (tmp_path / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(source, tmp_path / target) if source.is_dir() else shutil.copy(source, tmp_path / target)
    assert not (tmp_path / "tests").exists()
    result = subprocess.run(["cmake", "--preset", "release"], cwd=tmp_path, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600)
    assert result.returncode == 0, result.stdout[-2000:]


def test_a_page_of_a_closed_checkout_is_open_in_the_image(tmp_path):
    """By the line of the image, where what builds the page keeps the modes of its sources."""
    (line,) = re.findall(r"^RUN (ops/build web.*)$", (ROOT / "Dockerfile").read_text(), re.M)
    (tmp_path / "ops").mkdir()
    (tmp_path / "ops" / "build").write_text("#!/bin/sh\numask 077; mkdir -p build/web/assets && touch build/web/assets/index.html\n")
    (tmp_path / "ops" / "build").chmod(0o755)
    subprocess.run(["sh", "-c", line], cwd=tmp_path, check=True)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "build" / "web").rglob("*")}
    assert modes == {"assets": 0o755, "index.html": 0o644} and (tmp_path / "build" / "web").stat().st_mode & 0o777 == 0o755


def mounted():
    """The files and folders of the tree that containers read."""
    for service in yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"].values():
        yield from (volume.split(":")[0] for volume in service.get("volumes", []) if volume.startswith("./"))


def test_what_compose_mounts_of_a_closed_checkout_is_opened_by_the_line_of_the_page(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    for folder in [tmp_path, *tmp_path.parents]:
        if folder.is_relative_to(tmp_path.parent.parent):
            folder.chmod(0o755)
    shutil.copytree(ROOT / "ops", tmp_path / "ops", ignore=shutil.ignore_patterns("__pycache__"))
    for path in tmp_path.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    files = sorted(set(mounted()))
    assert len(files) >= 5

    def readable():
        return [file for file in files if not subprocess.run(
            ["sh", "-c", f"find {file} ! -readable"], cwd=tmp_path, user=10001, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout]

    assert readable() == []
    subprocess.run(["sh", "-c", "chmod -R a+rX ops"], cwd=tmp_path, check=True)
    assert readable() == files
