"""The checker: one client's receipts against the truth of each channel."""

import functools
import json
import pathlib
import urllib.parse

import jsonschema

from .faults import Fault
from .frames import BadFrame, Control, parse
from .subscription import Subscription

SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "schemas" / "json"
REPLIES = {"subscribed", "unsubscribed", "authenticated", "channels", "times", "pong", "error"}


@functools.cache
def schema(name):
    """A validator for server.schema.json or client.schema.json."""
    store = {p.name: json.loads(p.read_text()) for p in SCHEMAS.glob("*.schema.json")}
    resolver = jsonschema.RefResolver(name, store[name], store)
    return jsonschema.Draft202012Validator(store[name], resolver=resolver)


class Check:
    """Walks one client's receipts. `truths` maps channels to truths; `resets` are the reset reasons that may come."""

    def __init__(self, truths, receipts, resets=()):
        self.truths, self.resets = truths, resets
        self.faults, self.subscriptions = [], {}
        self._questions = set()
        for event in receipts.events:
            getattr(self, "_" + event.event)(event.text)
        self.faults += [f for s in self.subscriptions.values() for f in s.faults]

    def finish(self, until):
        """All faults, those of clients that stopped short of `until` ({channel: {partition: next}}) included."""
        for channel, ends in until.items():
            subscription = self.subscriptions.get(channel) or self._subscription(channel)
            before = len(subscription.faults)
            subscription.finish(ends)
            self.faults += subscription.faults[before:]
        return self.faults

    def _subscription(self, channel):
        if channel not in self.subscriptions:
            self.subscriptions[channel] = Subscription(channel, self.truths[channel], self.resets)
        return self.subscriptions[channel]

    def _fault(self, kind, detail):
        self.faults.append(Fault(kind, "connection", detail))

    def _open(self, path):
        self._questions = set()
        self._welcomed = False
        query = urllib.parse.parse_qs((path or "").partition("?")[2].replace("+", "%2B"))
        for channel in query.get("channel", []):
            if channel in self.truths:
                self._subscription(channel).asked({"from": self._start(query.get("from", ["live"])[0])})

    @staticmethod
    def _start(text):
        return {"position": text} if text.startswith("v1.") else text

    def _closed(self, _):
        for subscription in self.subscriptions.values():
            subscription.ended_connection()

    def _sent(self, text):
        try:
            message = json.loads(text)
        except ValueError:
            return
        if not isinstance(message, dict):
            return
        self._questions.add(message.get("id"))
        if message.get("op") == "subscribe" and message.get("channel") in self.truths:
            self._subscription(message["channel"]).asked(message)

    def _got(self, text):
        try:
            frame = parse(text)
        except BadFrame as error:
            return self._fault("bad_frame", str(error))
        if not self._welcomed and getattr(frame, "name", "") != "welcome":
            self._fault("protocol", f"before welcome: {text[:150]}")
        self._welcomed = True
        if isinstance(frame, Control):
            self._control(frame)
        elif frame.ch in self.subscriptions:
            self.subscriptions[frame.ch].data(frame)
        elif frame.ch in self.truths:
            self._fault("protocol", f"data of a channel never asked for: {text[:150]}")

    def _control(self, frame):
        if not schema("server.schema.json").is_valid(json.loads(frame.raw)):
            return self._fault("bad_frame", f"not in the schema: {frame.raw[:300]}")
        self._answer(frame)
        channel = frame.body.get("channel") if isinstance(frame.body, dict) else None
        if channel not in self.truths:
            return
        subscription = self._subscription(channel)
        if frame.name == "subscribed":
            subscription.subscribed(frame.body)
        elif frame.name == "reset":
            subscription.reset(frame.body)
        elif frame.name in ("ended", "unsubscribed"):
            subscription.closed(frame.body)

    def _answer(self, frame):
        if frame.id is None:
            return
        if frame.id not in self._questions:
            self._fault("protocol", f"answers nothing, or again: {frame.raw[:150]}")
        self._questions.discard(frame.id)


def faults(truths, receipts, until=None, resets=()):
    """All faults of one client's receipts; the witnesses' own disagreements first."""
    found = [Fault("truth", channel, text) for channel, truth in truths.items() for text in truth.disagreements()]
    return found + Check(truths, receipts, resets).finish(until or {})
