"""A real Kafka and real bridges for the client library's tests, driven by lines of JSON.

    in   {"do":"produce"}            records flow into all partitions until `finish`
    out  {"ports":[…],"topic":"…"}   once at the start, and after each `kill`
    in   {"do":"kill","bridge":0}    kill -9, and another one in its place
    in   {"do":"finish"}             producing ends; both witnesses' records are written into the folder
    out  {"ends":{…},"acked":"…","seen":"…","kept":["topic:p=offset",…]}
    end of input                     everything goes
"""

import json
import pathlib
import random
import sys
import threading

ROOT = pathlib.Path(__file__).resolve().parents[4]
sys.path.insert(0, str(ROOT / "tests"))

from checker.files import write_record  # noqa: E402
from harness.bridge import Bridge  # noqa: E402
from harness.kafka import Cluster  # noqa: E402
from harness.producer import RememberingProducer, TransactionalProducer  # noqa: E402
from harness.topic import Topic  # noqa: E402

PARTITIONS = 4
PER_SECOND = 400


class Producing:
    """Plain records in all partitions, and now and then a transaction, aborted or not: its markers leave holes."""

    def __init__(self, topic):
        self._topic, self._over = topic, threading.Event()
        bootstrap = topic.cluster.bootstrap
        self._plain, self._transactional = RememberingProducer(bootstrap), TransactionalProducer(bootstrap)
        topic.wrote(self._plain, self._transactional)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self):
        dice, number = random.Random(1), 0
        while not self._over.wait(0.05):
            for _ in range(PER_SECOND // 20):
                number += 1
                self._send(self._plain, dice, number)
            if dice.random() < 0.1:
                self._transaction(dice)

    def _send(self, producer, dice, number):
        value = json.dumps({"n": number, "big": 2**60 + number, "text": "é" * dice.randrange(30)}).encode()
        producer.send(self._topic.name, value, key=f"k{number % 7}".encode(), partition=dice.randrange(PARTITIONS))

    def _transaction(self, dice):
        self._transactional.begin()
        for number in range(5):
            self._send(self._transactional, dice, -number)
        self._transactional.abort() if dice.random() < 0.5 else self._transactional.commit()

    def finish(self):
        self._over.set()
        self._thread.join()
        self._plain.flush()


class World:
    def __init__(self, folder, origin):
        self._folder, self._origin, self._producing, self._started = pathlib.Path(folder), origin, None, 0
        self._cluster = Cluster()
        self._topic = Topic(self._cluster, PARTITIONS, watched=True)
        self._bridges = [self._bridge(), self._bridge()]

    def _bridge(self):
        self._started += 1
        log = self._folder / f"bridge-{self._started}.log"
        bridge = Bridge(self._cluster.bootstrap, [self._topic.name], log, web="", heartbeat="1s", origins=self._origin)
        bridge.wait_ready()
        return bridge

    def say_where(self):
        say(ports=[bridge.port for bridge in self._bridges], topic=self._topic.name)

    def produce(self):
        self._producing = Producing(self._topic)

    def kill(self, bridge):
        self._bridges[bridge].kill()
        self._bridges[bridge] = self._bridge()
        self.say_where()

    def finish(self):
        self._producing.finish()
        self._producing = None
        truth = self._topic.truth()
        acked, seen = self._folder / "acked.jsonl", self._folder / "seen.jsonl"
        with acked.open("w") as file:
            for record in self._topic.acked():
                write_record(file, self._topic.name, record.partition, record.record, record.fate)
        with seen.open("w") as file:
            for (partition, _), record in sorted(truth.seen.items()):
                write_record(file, self._topic.name, partition, record)
        kept = [f"{self._topic.name}:{p}={o}" for p, o in truth.kept.items()]
        say(ends=truth.ends(), acked=str(acked), seen=str(seen), kept=kept)

    def close(self):
        if self._producing:
            self._producing.finish()
        self._topic.close()
        for bridge in self._bridges:
            bridge.close()
        self._cluster.down()


def say(**fields):
    print(json.dumps(fields), flush=True)


def main(folder, origin):
    world = World(folder, origin)
    try:
        world.say_where()
        for line in sys.stdin:
            command = json.loads(line)
            getattr(world, command.pop("do"))(**command)
    finally:
        world.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
