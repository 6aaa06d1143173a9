"""CRC-32C fingerprints of Kafka records, as schemas/protocol.md defines them."""

import struct


def _table():
    rows = []
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
        rows.append(crc)
    return rows


_TABLE = _table()


def crc32c(data):
    """The Castagnoli CRC of some bytes, as an unsigned integer."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


def _field(data):
    return struct.pack(">i", -1) if data is None else struct.pack(">i", len(data)) + data


def fingerprint(timestamp, key, value):
    """Eight lower-case hex digits over timestamp, key and value; key and value are bytes or None."""
    return f"{crc32c(struct.pack('>q', timestamp) + _field(key) + _field(value)):08x}"
