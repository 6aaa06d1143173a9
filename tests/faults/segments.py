"""Kafka's segment files as they lie on disk, to be spoilt."""

import os
import pathlib
import struct
import tempfile
from dataclasses import dataclass

HEADER = struct.Struct(">qiiBiHi")  # base offset, length, leader epoch, magic, checksum, attributes, last offset's delta


@dataclass(frozen=True)
class StoredBatch:
    file: pathlib.Path
    at: int    # in the file
    size: int
    first: int
    next: int  # one past its last offset


def folder_of(cluster, node, topic, partition):
    """The partition's folder in a node's data."""
    clusters = pathlib.Path(os.environ.get("TAILRACE_KAFKA_DIR") or f"{tempfile.gettempdir()}/tailrace-kafka-{os.getuid()}")
    return clusters / cluster.name / f"node-{node}" / "data" / f"{topic}-{partition}"


def batches(folder):
    """All batches of a partition, oldest first."""
    found = []
    for file in sorted(folder.glob("*.log")):
        data = file.read_bytes()
        at = 0
        while at + HEADER.size <= len(data):
            first, length, _, _, _, _, delta = HEADER.unpack_from(data, at)
            if length <= 0:
                break
            found.append(StoredBatch(file, at, length + 12, first, first + delta + 1))
            at += length + 12
    return found


def spoil(batch, place=-5):
    """One byte of the batch becomes another, counted from its end or, for `magic`, that of its format."""
    at = batch.at + (16 if place == "magic" else batch.size + place)
    with open(batch.file, "r+b") as file:
        file.seek(at)
        before = file.read(1)
        file.seek(at)
        file.write(bytes([before[0] ^ 0x55]))
