"""Producers that remember what was acknowledged, and what became of it."""

import dataclasses
import time
import uuid

from confluent_kafka import Producer

from checker.render import Record
from checker.truth import Acked


class RememberingProducer:
    """`acked` grows in the order of acknowledgements. One thread."""

    def __init__(self, bootstrap, **settings):
        self.acked = []
        self.failed = []
        self._producer = Producer({"bootstrap.servers": bootstrap, "linger.ms": 2, "enable.idempotence": True,
                                   "message.max.bytes": 64 << 20, "log_level": 0, **settings})

    def send(self, topic, value, *, key=None, partition=None, timestamp=None, headers=(), fate="committed"):
        # Our own: the answer to a batch that was sent twice names the newest of it.
        timestamp = int(time.time() * 1000) if timestamp is None else timestamp

        def delivered(error, message):
            if error:
                self.failed.append((error, value))
            else:
                record = Record(message.offset(), timestamp, key, value, [(n.encode(), v) for n, v in headers])
                self.acked.append((topic, Acked(message.partition(), record, fate)))

        where = {"partition": partition} if partition is not None else {}
        with_headers = {"headers": list(headers)} if headers else {}
        while True:
            try:
                self._producer.produce(topic, value, key, on_delivery=delivered, timestamp=timestamp, **where, **with_headers)
                return self._producer.poll(0)
            except BufferError:
                self._producer.poll(0.1)

    def flush(self):
        left = self._producer.flush(180)
        assert left == 0, f"{left} records were never acknowledged"

    def of(self, topic):
        return [acked for name, acked in self.acked if name == topic]


class TransactionalProducer(RememberingProducer):
    """`begin`, any number of `send`, then `commit` or `abort`."""

    def __init__(self, bootstrap, **settings):
        super().__init__(bootstrap, **{"transactional.id": f"tx-{uuid.uuid4().hex}", **settings})
        self._producer.init_transactions(180)

    def begin(self):
        self._producer.begin_transaction()
        self._since = len(self.acked)

    def send(self, *args, **fields):
        super().send(*args, **{**fields, "fate": "unknown"})

    def commit(self):
        self.flush()
        self._producer.commit_transaction(180)
        self._settle("committed")

    def abort(self):
        """The records are in Kafka first, so that there is something to leave out."""
        self.flush()
        self._producer.abort_transaction(180)
        self._settle("aborted")

    def _settle(self, fate):
        self.acked[self._since:] = [(t, dataclasses.replace(a, fate=fate)) for t, a in self.acked[self._since:]]
