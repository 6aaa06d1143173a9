"""Kafka's segment files as they lie on disk, to be spoilt."""

import os
import pathlib
import struct
import tempfile
from dataclasses import dataclass

from checker.fingerprint import crc32c

HEADER = struct.Struct(">qiiBIHi")  # base offset, length, leader epoch, magic, checksum, attributes, last offset's delta
MAGIC, CHECKSUM, CHECKED, RECORDS = 16, 17, 21, 61  # where they begin; checked is all from the attributes on


@dataclass(frozen=True)
class StoredBatch:
    file: pathlib.Path
    at: int    # in the file
    size: int
    first: int
    next: int  # one past its last offset
    codec: int


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
            first, length, _, _, _, attributes, delta = HEADER.unpack_from(data, at)
            if length <= 0:
                break
            found.append(StoredBatch(file, at, length + 12, first, first + delta + 1, attributes & 7))
            at += length + 12
    return found


def rewrite(batch, change):
    """`change` does to the batch's bytes what it likes."""
    with open(batch.file, "r+b") as file:
        file.seek(batch.at)
        data = bytearray(file.read(batch.size))
        change(data)
        file.seek(batch.at)
        file.write(data)


def spoil_checksum(batch):
    """A byte of its last record is another."""
    def change(data):
        data[-5] ^= 0x55

    rewrite(batch, change)


def spoil_format(batch):
    """A magic byte that nobody knows."""
    def change(data):
        data[MAGIC] ^= 0x55

    rewrite(batch, change)


def spoil_records(batch):
    """What stands for its records is no compressed data, nor any records; the checksum is right."""
    def change(data):
        data[RECORDS:] = b"\xff" * (batch.size - RECORDS)
        data[CHECKSUM:CHECKED] = struct.pack(">I", crc32c(data[CHECKED:]))

    rewrite(batch, change)
