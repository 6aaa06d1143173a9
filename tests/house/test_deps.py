"""What the tests run is brought by ops/deps, so that they pass on a bare Debian."""

import re

import tree

BARE = {"bash", "sh", "unshare", "cp", "ls"}  # of Debian's base system
WITH = {"pkill": "procps", "ip": "iproute2", "promtool": "prometheus", "dockerd": "docker"}  # beside another program of a package
NODE = {"node", "npm"}


def brought():
    """Programs and packages that the groups name."""
    groups = re.findall(r'^\w+="(.*?)"$', (tree.ROOT / "ops" / "deps").read_text(), re.M | re.S)
    return {part for group in groups for word in group.split() for part in word.split(":")}


def programs():
    """(file, program) wherever a program is named as it is run."""
    for path, text in tree.texts(".py"):
        if path.parts[0] == "tests":
            yield from ((str(path), name) for name in re.findall(r'subprocess\.\w+\(\[f?"([\w.-]+)"', text))


def test_the_scan_finds_programs():
    assert {"strace", "kcat", "systemd-analyze"} <= {name for _, name in programs()}


def test_every_program_that_a_test_runs_is_brought():
    there = brought() | BARE | NODE
    assert not [found for found in programs() if WITH.get(found[1], found[1]) not in there]
