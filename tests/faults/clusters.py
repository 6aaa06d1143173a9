"""One cluster at a time: machines that run tests are small. A test says which kind it needs; tests of a kind run in a row."""

import json

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import NewTopic

from harness.kafka import Cluster
from harness.ports import free_ports
from harness.waiting import PATIENCE

BRISK = {  # what Kafka does by the minute otherwise, so that a test needn't wait for it
    "log.retention.check.interval.ms": 500, "log.initial.task.delay.ms": 500, "log.segment.delete.delay.ms": 500,
    "log.cleaner.backoff.ms": 300, "broker.session.timeout.ms": 4000, "broker.heartbeat.interval.ms": 500,
    "replica.lag.time.max.ms": 4000,
}


class ThreeNodes(Cluster):
    """Beside the plain listeners others, whose clients are sent to proxies' ports; nobody listens there by itself."""

    nodes = (1, 2, 3)

    def __init__(self):
        self.proxy_ports = free_ports(3)
        listener = f"PROXIED=PLAINTEXT@{','.join(map(str, self.proxy_ports))}"
        super().__init__(nodes=3, settings=BRISK, listeners=[listener])

    @property
    def proxied(self):
        """The brokers, for those who are to meet the proxies."""
        return ",".join(f"127.0.0.1:{port}" for port in self.proxy_ports)

    @property
    def behind_proxies(self):
        """Where each proxy connects to."""
        return [int(address.rpartition(":")[2]) for address in self.addresses["proxied"].split(",")]

    def create_topic(self, name, partitions, config=None, replicas=-1):
        """`replicas` among the configuration says on which nodes each partition lies."""
        config = dict(config or {})
        placed = json.loads(config.pop("replicas", "null"))
        how = {"replica_assignment": placed} if placed else {"replication_factor": replicas}
        self.admin.create_topics([NewTopic(name, partitions, config=config, **how)], operation_timeout=60)[name].result()

    def partitions_of(self, topic):
        """{partition: what Kafka says of it}. A question to a node that is dying waits for that node to come back: then anew."""
        for _ in range(int(PATIENCE // 5)):
            try:
                return self.admin.list_topics(topic, timeout=5).topics[topic].partitions
            except KafkaException as error:
                if error.args[0].code() != KafkaError._TIMED_OUT:
                    raise
        raise TimeoutError(f"nobody says who leads {topic}")


class Clusters:
    def __init__(self, kinds):
        self._kinds, self._kind, self._cluster = kinds, None, None

    def get(self, kind):
        if kind != self._kind:
            self.drop()
            self._cluster, self._kind = self._kinds[kind](), kind
        return self._cluster

    def drop(self):
        """Also after a test that failed: who knows what it left."""
        if self._cluster:
            self._cluster.down()
        self._cluster = self._kind = None
