"""The golden files against the checker's own parser, renderer and fingerprints."""

import base64
import json
import pathlib
import sys

import pytest

from checker import position
from checker.fingerprint import crc32c, fingerprint
from checker.render import Record, render

GOLDEN = pathlib.Path(__file__).resolve().parents[2] / "schemas" / "golden"


sys.setrecursionlimit(5000)  # values may nest 1,024 deep


def load(name):
    return json.loads((GOLDEN / name).read_text())


def unb64(text):
    return None if text is None else base64.b64decode(text, validate=True)


def value_of(case):
    fill = case.get("value_fill")
    return bytes([fill["byte"]]) * fill["count"] if fill else unb64(case["value_b64"])


@pytest.mark.parametrize("case", load("records.json")["records"], ids=lambda c: c["name"])
def test_record_renders_as_the_golden_update(case):
    headers = [(unb64(n), unb64(v)) for n, v in case["headers"]]
    record = Record(case["offset"], case["timestamp"], unb64(case["key_b64"]), value_of(case), headers)
    assert render(record, case["mode"]) == case["update"]
    assert json.loads(case["update"])["o"] == case["offset"]


@pytest.mark.parametrize("case", load("positions.json")["valid"], ids=lambda c: c["position"][:40])
def test_valid_position_parses_and_writes_back(case):
    epoch, entries = position.parse(case["position"])
    assert epoch == case["epoch"]
    assert [{"partition": p, "next": e.next, "anchor": e.anchor, "fp": e.fp} for p, e in entries.items()] == case["entries"]
    assert position.write(epoch, entries) == case["position"]


@pytest.mark.parametrize("case", load("positions.json")["invalid"], ids=lambda c: c["name"])
def test_invalid_position_is_refused(case):
    with pytest.raises(position.BadPosition):
        position.parse(case["position"])


def test_crc_is_castagnoli():
    assert crc32c(b"123456789") == 0xE3069283


@pytest.mark.parametrize("case", load("fingerprints.json")["vectors"], ids=lambda c: c["name"])
def test_fingerprint(case):
    assert fingerprint(case["timestamp"], unb64(case["key_b64"]), unb64(case["value_b64"])) == case["fp"]
