"""What the image is built of, without Docker."""

import re
import shutil
import subprocess

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
