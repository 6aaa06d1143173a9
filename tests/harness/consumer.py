"""Kafka's own console consumer (Java), read_committed: the witness that shares nothing with the bridge."""

import subprocess
import tempfile
import threading

from checker.java_consumer import Parser

from .waiting import Changes


class JavaConsumer:
    """Reads a topic from its beginning, from construction until `stop()`."""

    def __init__(self, cluster, topic):
        self.seen = []
        self._next = {}
        self._changes = Changes()
        self._errors = tempfile.TemporaryFile()
        parser = Parser()
        self._process = subprocess.Popen(cluster.tool_command(*self._arguments(topic, parser)), stdin=subprocess.DEVNULL,
                                         stdout=subprocess.PIPE, stderr=self._errors)
        self._thread = threading.Thread(target=self._read, args=(parser,), daemon=True)
        self._thread.start()

    @staticmethod
    def _arguments(topic, parser):
        shown = (f"--property={key}={value}" for key, value in parser.properties().items())
        return ["kafka-console-consumer", "--topic", topic, "--from-beginning", "--isolation-level", "read_committed",
                "--consumer-property=metadata.max.age.ms=1000", "--consumer-property=max.partition.fetch.bytes=67108864", *shown]

    def _read(self, parser):
        while data := self._process.stdout.read1(1 << 20):
            pairs = parser.feed(data)
            self._changes.changed(lambda: self._add(pairs))
        self._changes.changed()

    def _add(self, pairs):
        self.seen += pairs
        self._next.update((partition, record.offset + 1) for partition, record in pairs)

    def reached(self, ends):
        return all(self._next.get(partition, 0) >= next_ for partition, next_ in ends.items())

    def wait(self, ends):
        """Until it has seen all below {partition: next}, each `next` one past a record that it must see."""
        self._changes.wait(lambda: self.reached(ends) or self._process.poll() is not None,
                           f"the consumer to reach {ends}, it is at {self._next}")
        if not self.reached(ends):
            self._errors.seek(0)
            raise RuntimeError(f"the consumer ended: {self._errors.read().decode(errors='replace')[-2000:]}")

    def stop(self):
        self._process.kill()
        self._process.wait()
        self._thread.join()
        self._process.stdout.close()
        self._errors.close()
