"""Producers in the background, and records of every kind."""

import random
import threading
import time

from .producer import RememberingProducer, TransactionalProducer


def any_value(rng, number):
    """Mostly JSON; now and then text, bytes, an empty value, a tombstone, numbers that doubles can't hold."""
    kind = rng.random()
    if kind < 0.80:
        return b'{"n":%d,"cpu":%.2f,"pad":"%s"}' % (number, rng.random() * 100, b"x" * rng.randrange(120))
    return rng.choice((b"plain text %d" % number, b"\xff\xfe\x00%d" % number, b"", None, b"null", b"1e400", b"12345678901234567890",
                       b' { "spaced" : [ 1.10 ] }\n', '"\\ud800 é 日本"'.encode(), b'{"broken":'))


def any_key(rng):
    return rng.choice((b"host-1", b"host-2", b"host-3", None, b"", "clé".encode(), b"\xfe\xff"))


def any_headers(rng):
    return [("trace", b"%d" % rng.randrange(1000)), ("bin", b"\xff"), ("none", None)] if rng.random() < 0.1 else []


def fill(producer, topic, count, seed=0, value=any_value, partitions=None, **fields):
    """`count` records into a Topic at once, spread evenly over its partitions."""
    rng = random.Random(seed)
    for number in range(count):
        producer.send(topic.name, value(rng, number), key=any_key(rng), partition=number % (partitions or topic.partitions),
                      headers=any_headers(rng), **fields)
    producer.flush()


def fill_with_transactions(producer, topic, count, seed=0, size=20):
    """`count` records in transactions of `size`; every third is aborted."""
    for number in range(0, count, size):
        producer.begin()
        fill(producer, topic, size, seed=f"{seed}-{number}")
        producer.abort() if number // size % 3 == 2 else producer.commit()


class Load:
    """Produces into a Topic, plain and in transactions, at about `rate` records a second, until `stop()`."""

    def __init__(self, cluster, topic, rate=400, seed=0, transactions=True):
        self.plain = RememberingProducer(cluster.bootstrap)
        self.transactional = TransactionalProducer(cluster.bootstrap) if transactions else None
        topic.wrote(self.plain, *([self.transactional] if transactions else []))
        self._topic, self._rate, self._rng = topic, rate, random.Random(seed)
        self._over = threading.Event()
        self._error = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        try:
            number, started = 0, time.monotonic()
            while not self._over.is_set():
                number += self._some(number)
                self._over.wait(max(0, started + number / self._rate - time.monotonic()))
            self.plain.flush()
        except Exception as error:  # told by stop(), in the test's own thread
            self._error = error

    def _some(self, number):
        count = self._rng.randrange(1, 60)
        if self.transactional and self._rng.random() < 0.3:
            self.transactional.begin()
            fill(self.transactional, self._topic, count, seed=self._rng.random())
            self.transactional.abort() if self._rng.random() < 0.3 else self.transactional.commit()
        else:
            fill(self.plain, self._topic, count, seed=self._rng.random())
        return count

    def stop(self):
        self._over.set()
        self._thread.join(180)
        assert not self._thread.is_alive(), "the load did not stop"
        if self._error:
            raise self._error
