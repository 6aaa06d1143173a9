"""What one client sent and got, over any number of connections, as lines of JSON.

    {"event":"open","text":"/ws?channel=…"}     a connection was made; the path, where it asks for something
    {"event":"sent","text":"…"}                 a message that the client sent
    {"event":"got","text":"…"}                  a whole message that it received
    {"event":"closed","code":1012}              the connection's end; no code where it was cut
"""

import json
from dataclasses import dataclass


@dataclass(frozen=True)
class Event:
    event: str
    text: str | None = None
    code: int | None = None


class Receipts:
    """Recorded by a client, read by the checker."""

    def __init__(self, events=()):
        self.events = list(events)

    def opened(self, path="/ws"):
        self.events.append(Event("open", path if "?" in path else None))

    def sent(self, text):
        self.events.append(Event("sent", text))

    def got(self, text):
        self.events.append(Event("got", text))

    def closed(self, code=None):
        self.events.append(Event("closed", code=code))

    def save(self, path):
        with open(path, "w", encoding="utf-8") as file:
            for e in self.events:
                fields = {"event": e.event, "text": e.text, "code": e.code}
                file.write(json.dumps({k: v for k, v in fields.items() if v is not None}) + "\n")

    @classmethod
    def load(cls, path):
        with open(path, encoding="utf-8") as file:
            return cls(Event(**json.loads(line)) for line in file)
