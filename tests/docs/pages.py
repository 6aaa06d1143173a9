"""The commands, blocks and links that stand in the pages, and in the heads of deployment files."""

import os
import pathlib
import re

from harness.kafka import ROOT

NOT_OURS = {"build", "node_modules", "dist"}


def find():
    """Every page of the tree."""
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in NOT_OURS and not name.startswith(".")]
        yield from (str(pathlib.Path(folder, name).relative_to(ROOT)) for name in names if name.endswith(".md"))


PAGES = sorted(find())
# what stands indented in these is no command but drawings, frames and messages
DRAWN = {"bridge/README.md", "ops/configuration.md", "schemas/protocol.md"}
# what the head of these shows for pasting
HEADS = ["Dockerfile", "docker-compose.yml", "ops/systemd/tailrace.service"]
# a piece of code within a line that begins so is a command
PROGRAMS = (r"(?:[A-Z_]+=\S+ )*(?:ops/(?!\w+[./])\w+|tailrace(?!:)|build/release/\w+|docker|docker-compose|python3|pip|npm|npx|node|curl|kcat"
            r"|systemd-analyze|systemctl|journalctl|websocat|ss|ip|sudo|apt|apt-get|dpkg|chmod|git|cmake|ctest|ninja|kill|sysctl|ulimit|echo|cat|cp"
            r"|install|openssl|haproxy|nginx|promtool|kafka-[a-z-]+)")
NO_COMMANDS = {"tailrace", "tailrace.v1"}


def text(page):
    return (ROOT / page).read_text()


def blocks(page, language):
    """The fenced blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text(page), re.M | re.S)


def commands(page):
    """Every command, without its comment, in order."""
    found = []
    for line in re.sub(r"^```(?:jsx?|yaml|text)\n.*?^```", "", text(page), flags=re.M | re.S).splitlines():
        if line.startswith("    ") and (page not in DRAWN or re.match(rf"    {PROGRAMS}\b", line)):
            found.append(re.sub(r"\s{2,}#.*", "", line).strip())
            continue
        for piece in re.findall(r"`([^`]+)`", line):
            if re.match(rf"{PROGRAMS} ", piece) or re.fullmatch(r"ops/[a-z]+", piece):
                found.append(piece.replace("\\", ""))
    return [command for command in found if command not in NO_COMMANDS]


def commands_of_head(file):
    return re.findall(r"^#   (\S.*?)(?:\s{2,}.*)?$", text(file), re.M)


def all_commands():
    return {command for page in PAGES for command in commands(page)} | {command for file in HEADS for command in commands_of_head(file)}


def links(page):
    return [target for target in re.findall(r"\]\(([^)#\s]+)\)", text(page)) if "://" not in target]
