"""A Kafka cluster of the tests' own, through ops/kafka."""

import functools
import os
import pathlib
import re
import subprocess
import uuid

from confluent_kafka import Consumer, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, NewPartitions, NewTopic

ROOT = pathlib.Path(__file__).resolve().parents[2]
OPS_KAFKA = ROOT / "ops" / "kafka"


class Cluster:
    """Up on construction; `down()` removes it with its data, and so does the end of this process, however it ends."""

    def __init__(self, nodes=1, settings=None, listeners=()):
        self.name = f"it-{os.getpid()}-{uuid.uuid4().hex[:6]}"
        words = [f"--set={key}={value}" for key, value in (settings or {}).items()]
        words += [f"--listener={listener}" for listener in listeners]
        self._undertaker = subprocess.Popen(["sh", "-c", 'read _; exec "$0" down --name "$1"', OPS_KAFKA, self.name],
                                            stdin=subprocess.PIPE, start_new_session=True)
        output = self.ops("up", "--nodes", str(nodes), *words)
        self.addresses = dict(line.split("=", 1) for line in output.split())
        self.bootstrap = self.addresses["bootstrap"]

    def ops(self, command, *args):
        result = subprocess.run([OPS_KAFKA, command, "--name", self.name, *args], text=True, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if result.returncode != 0:
            raise RuntimeError(f"ops/kafka {command} {' '.join(args)}: {result.stderr.strip()}")
        return result.stdout

    def tool_command(self, tool, *args):
        return [str(OPS_KAFKA), "tool", "--name", self.name, tool, *args]

    def tool(self, tool, *args):
        result = subprocess.run(self.tool_command(tool, *args), text=True, stdin=subprocess.DEVNULL, capture_output=True)
        if result.returncode != 0:
            raise RuntimeError(f"{tool}: {result.stdout} {result.stderr}")
        return result.stdout

    def kill(self, node):
        self.ops("kill", str(node))

    def term(self, node):
        self.ops("term", str(node))

    def stop(self, node):
        self.ops("stop", str(node))

    def cont(self, node):
        self.ops("cont", str(node))

    def start(self, node):
        self.ops("start", str(node))

    def down(self):
        self._undertaker.stdin.close()
        assert self._undertaker.wait() == 0

    @functools.cached_property
    def admin(self):
        return AdminClient({"bootstrap.servers": self.bootstrap})

    def create_topic(self, name, partitions, config=None, replicas=-1):
        topic = NewTopic(name, partitions, replication_factor=replicas, config=config or {})
        self.admin.create_topics([topic], operation_timeout=60)[name].result()

    def delete_topic(self, name):
        self.admin.delete_topics([name], operation_timeout=60)[name].result()

    def grow_topic(self, name, partitions):
        self.admin.create_partitions([NewPartitions(name, partitions)], operation_timeout=60)[name].result()

    def delete_records(self, topic, before, folder):
        """Everything below the offsets {partition: offset} goes."""
        rows = ",".join(f'{{"topic":"{topic}","partition":{p},"offset":{o}}}' for p, o in before.items())
        file = pathlib.Path(folder) / f"delete-{uuid.uuid4().hex}.json"
        file.write_text(f'{{"version":1,"partitions":[{rows}]}}')
        self.tool("kafka-delete-records", "--offset-json-file", str(file))

    def watermarks(self, topic):
        """{partition: (log start, high watermark)}, asked from the brokers now."""
        consumer = Consumer({"bootstrap.servers": self.bootstrap, "group.id": "watermarks"})
        try:
            partitions = consumer.list_topics(topic, timeout=60).topics[topic].partitions
            return {p: consumer.get_watermark_offsets(TopicPartition(topic, p), timeout=60) for p in partitions}
        finally:
            consumer.close()

    def earliest(self, topic):
        return {p: low for p, (low, _) in self.watermarks(topic).items()}

    def offsets(self, topic, time):
        """What Kafka's own tool says: -1 latest (high watermark), -2 earliest, or a timestamp."""
        rows = re.findall(r"^.*:(\d+):(\d*)$", self.tool("kafka-get-offsets", "--topic", topic, "--time", str(time)), re.M)
        return {int(p): int(o) if o else None for p, o in rows}


__all__ = ["Cluster", "KafkaException"]
