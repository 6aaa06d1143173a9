"""Kafka's own command-line tools by the names they have in its distribution."""

import os

import jars

TOOLS = {
    "kafka-acls": "org.apache.kafka.tools.AclCommand",
    "kafka-broker-api-versions": "org.apache.kafka.tools.BrokerApiVersionsCommand",
    "kafka-cluster": "org.apache.kafka.tools.ClusterTool",
    "kafka-configs": "kafka.admin.ConfigCommand",
    "kafka-console-consumer": "org.apache.kafka.tools.consumer.ConsoleConsumer",
    "kafka-console-producer": "org.apache.kafka.tools.ConsoleProducer",
    "kafka-consumer-groups": "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
    "kafka-consumer-perf-test": "org.apache.kafka.tools.ConsumerPerformance",
    "kafka-delete-records": "org.apache.kafka.tools.DeleteRecordsCommand",
    "kafka-dump-log": "kafka.tools.DumpLogSegments",
    "kafka-features": "org.apache.kafka.tools.FeatureCommand",
    "kafka-get-offsets": "org.apache.kafka.tools.GetOffsetShell",
    "kafka-leader-election": "org.apache.kafka.tools.LeaderElectionCommand",
    "kafka-log-dirs": "org.apache.kafka.tools.LogDirsCommand",
    "kafka-metadata-quorum": "org.apache.kafka.tools.MetadataQuorumCommand",
    "kafka-producer-perf-test": "org.apache.kafka.tools.ProducerPerformance",
    "kafka-reassign-partitions": "org.apache.kafka.tools.reassign.ReassignPartitionsCommand",
    "kafka-storage": "kafka.tools.StorageTool",
    "kafka-topics": "org.apache.kafka.tools.TopicCommand",
    "kafka-transactions": "org.apache.kafka.tools.TransactionsCommand",
    "kafka-verifiable-consumer": "org.apache.kafka.tools.VerifiableConsumer",
    "kafka-verifiable-producer": "org.apache.kafka.tools.VerifiableProducer",
}
OFFLINE = {"kafka-dump-log", "kafka-storage"}
# These take the address in front of a subcommand, or under another name.
ADDRESS_FIRST = {"kafka-features", "kafka-metadata-quorum", "kafka-transactions"}


def main_class(name):
    """A tool's class; also without "kafka-" and with ".sh", and any class by its full name."""
    name = name.removesuffix(".sh")
    if "." in name:
        return name
    return TOOLS.get(name) or TOOLS.get(f"kafka-{name}")


def with_address(name, args, bootstrap):
    """`args` with the cluster's address added where the caller named none."""
    name = name.removesuffix(".sh")
    name = name if name.startswith("kafka-") else f"kafka-{name}"
    named = any(arg.startswith(("--bootstrap", "--broker-list", "--help", "--version")) for arg in args)
    if not bootstrap or named or name in OFFLINE or name not in TOOLS:
        return args
    if name == "kafka-producer-perf-test":
        return args + ["--producer-props", f"bootstrap.servers={bootstrap}"] if "--producer-props" not in args else args
    address = ["--bootstrap-server", bootstrap]
    return address + args if name in ADDRESS_FIRST else args + address


def run(name, args, bootstrap, version):
    """Becomes the tool: its signals, streams and exit code are the tool's own."""
    command = jars.java(main_class(name), 256, os.environ.get("TAILRACE_KAFKA_TOOL_LOG", "error"), version)
    os.execvp(command[0], command + with_address(name, args, bootstrap))
