"""The golden frames against the JSON Schemas, the checker's parser, its chain, and the harness's subscriber."""

import asyncio
import json
import pathlib
import sys

import jsonschema
import pytest

from checker import frames
from checker.chain import Chain, Hole
from harness.client import Subscriber

SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "schemas"
sys.setrecursionlimit(20000)


def golden(name):
    return json.loads((SCHEMAS / "golden" / name).read_text())


def validator(name):
    schema = json.loads((SCHEMAS / "json" / name).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    store = {p.name: json.loads(p.read_text()) for p in (SCHEMAS / "json").glob("*.schema.json")}
    return jsonschema.Draft202012Validator(schema, resolver=jsonschema.RefResolver(name, schema, store))


SERVER, CLIENT = validator("server.schema.json"), validator("client.schema.json")


def strict(text):
    def refuse(name):
        raise ValueError(name)

    return json.loads(text, parse_constant=refuse)


def fits(schema, text):
    """Whether a message is JSON (Python's reader takes NaN and a byte order mark, so say no) and fits its schema."""
    try:
        data = strict(text)
    except (ValueError, RecursionError):
        return False
    return schema.is_valid(data)


def by_name(case):
    return case["name"]


@pytest.mark.parametrize("case", golden("server.json")["frames"], ids=by_name)
def test_server_frame_fits_its_schema(case):
    SERVER.validate(strict(case["frame"]))
    frames.parse(case["frame"])


@pytest.mark.parametrize("case", golden("server.json")["broken"], ids=by_name)
def test_broken_server_frame_is_refused(case):
    with pytest.raises(frames.BadFrame):
        Chain("v1.00c0ffee.0:10").take(frames.parse(case["frame"]))


@pytest.mark.parametrize("case", golden("server.json")["ignored"], ids=by_name)
def test_frame_of_a_later_version_is_no_error(case):
    assert isinstance(frames.parse(case["frame"]), frames.Control)
    assert not fits(SERVER, case["frame"])


@pytest.mark.parametrize("case", golden("client.json")["good"], ids=lambda c: c["message"][:60])
def test_good_message_fits_its_schema(case):
    CLIENT.validate(strict(case["message"]))


@pytest.mark.parametrize("case", golden("client.json")["bad"], ids=lambda c: c["message"][:60])
def test_bad_message_does_not(case):
    if case["message"] and json_tells(case["message"]):
        assert not fits(CLIENT, case["message"])


def json_tells(text):
    """JSON Schema sees values, not texts: 1.0 and 1e3 are integers to it, and depth and the order of partitions are beyond it."""
    return not any(word in text for word in ("[[[[", "1.0", "1e3", "1e2", "9007199254740992", "v1.00c0ffee.1:1,0:1"))


def test_every_error_code_and_reason_of_the_page_is_golden():
    page = (SCHEMAS / "protocol.md").read_text()
    texts = "".join(case["frame"] for case in golden("server.json")["frames"])
    for heading, word in (("| code | what happened | retry |", "code"), ("| reset reason |", "reason"),
                          ("| gap reason |", "reason"), ("| closing reason |", "reason")):
        rows = page.split(heading)[1].split("\n\n")[0].splitlines()[2:]
        codes = [row.split("`")[1] for row in rows]
        assert codes
        assert all(f'"{word}":"{code}"' in texts for code in codes), (heading, codes)


def offers(frame):
    return frame.name == "reset" if isinstance(frame, frames.Control) else False


def play(chain, texts):
    """(taken, error, index) of frames played in order; stops at the first error."""
    taken = []
    for index, text in enumerate(texts):
        try:
            frame = frames.parse(text)
            if offers(frame):
                chain.reset(frame.body["position"])
            else:
                taken += [[frame.p, o] for o in chain.take(frame)] if hasattr(frame, "p") else chain.take(frame)
        except Hole:
            return taken, "hole", index
        except frames.BadFrame:
            return taken, "bad_frame", index
    return taken, None, None


@pytest.mark.parametrize("case", golden("chains.json")["chains"], ids=by_name)
def test_chain(case):
    chain = Chain(case["start"])
    assert play(chain, case["frames"]) == (case["taken"], case["error"], case["error_at"])
    assert chain.text() == case["end"]


class Player:
    """A transport that plays a chain and ends."""

    code = None

    def __init__(self, case):
        start = {"channel": "metrics", "position": case["start"], "head": case["start"]}
        self._texts = [json.dumps({"subscribed": start, "id": 1}), *case["frames"]]

    async def connect(self, *_):
        return self

    async def send(self, text):
        pass

    async def texts(self):
        for text in self._texts:
            yield text


@pytest.mark.parametrize("case", [c for c in golden("chains.json")["chains"] if c["error"] is None], ids=by_name)
def test_subscriber_follows_the_chain(case):
    async def play():
        subscriber = await Subscriber({"metrics": "live"}, Player(case)).connect(0)
        await subscriber.ended()
        return subscriber

    subscriber = asyncio.run(play())
    assert (subscriber.chains["metrics"].text(), subscriber.updates) == (case["end"], len(case["taken"]))
