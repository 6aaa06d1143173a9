"""A topic of one test, with both of its witnesses."""

import uuid

from checker.truth import Truth

from .consumer import JavaConsumer


class Topic:
    """Created on construction. Producers are handed in once they are done; `truth()` then says what Kafka held."""

    def __init__(self, cluster, partitions=4, name=None, watched=False, **config):
        self.cluster, self.partitions = cluster, partitions
        self.name = name or f"t-{uuid.uuid4().hex[:8]}"
        cluster.create_topic(self.name, partitions, {k.replace("_", "."): str(v) for k, v in config.items()})
        self._producers = []
        self._consumer = JavaConsumer(cluster, self.name) if watched else None

    def wrote(self, *producers):
        """These producers' records count."""
        self._producers += producers

    def acked(self):
        return [acked for producer in self._producers for acked in producer.of(self.name)]

    def ends(self):
        """One past the last committed record of each partition that has one."""
        ends = {}
        for acked in self.acked():
            if acked.fate == "committed":
                ends[acked.partition] = max(ends.get(acked.partition, 0), acked.record.offset + 1)
        return ends

    def truth(self, **more):
        """Flushes nothing: producers must be done. Waits for the Java consumer to have seen all that was committed."""
        for producer in self._producers:
            producer.flush()
            assert not producer.failed, producer.failed[:3]
        kept = self.cluster.earliest(self.name)
        consumer = self._consumer or JavaConsumer(self.cluster, self.name)
        try:
            consumer.wait({p: next_ for p, next_ in self.ends().items() if next_ > kept[p]})
        finally:
            consumer.stop()
            self._consumer = None
        return Truth(self.acked(), consumer.seen, **{"kept": kept, **more})

    def close(self):
        if self._consumer:
            self._consumer.stop()
