"""The command line of ops/kafka."""

import argparse
import os
import signal
import subprocess
import sys

import cluster as clusters
import jars
import tools

EPILOG = """
`up` prints one line per listener, `bootstrap=127.0.0.1:PORT[,…]` first, once the cluster answers.

Further listeners: --listener NAME=PROTOCOL adds one on a free port and prints `NAME=127.0.0.1:PORT[,…]`; with
@PORT[,PORT…] (one per node) clients are told these ports instead, for a proxy that stands before the brokers.
Settings: --set key=value goes into every node's properties; {node} and {folder} become the node's number and folder.

Tools get the cluster's address where they are given none: ops/kafka tool kafka-topics --list
The folder of the clusters is $TAILRACE_KAFKA_DIR (default: under the temporary folder); that of the jars
$TAILRACE_CACHE (default: ~/.cache/tailrace). $TAILRACE_KAFKA_JVM adds flags to each JVM.

Exit codes: 0 done, 1 failed, 2 wrong usage; `tool`: the tool's own.
"""


def listener(text):
    name, _, rest = text.partition("=")
    protocol, _, ports = rest.partition("@")
    if not name.isalnum() or protocol not in ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"):
        raise argparse.ArgumentTypeError("expected NAME=PLAINTEXT|SSL|SASL_PLAINTEXT|SASL_SSL[@PORT,…]")
    return name.upper(), protocol, [int(port) for port in ports.split(",")] if ports else []


def setting(text):
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise argparse.ArgumentTypeError("expected key=value")
    return key, value


def arguments():
    parser = argparse.ArgumentParser(prog="ops/kafka", epilog=EPILOG, formatter_class=argparse.RawTextHelpFormatter,
                                     description="A real Kafka (KRaft) for tests; several clusters side by side.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name, text):
        added = commands.add_parser(name, help=text, description=text)
        added.add_argument("--name", default="default", help="which cluster (default: default)")
        return added

    up = command("up", "start a cluster and wait until it answers")
    up.add_argument("--nodes", type=int, choices=(1, 2, 3), default=1)
    up.add_argument("--port", type=int, default=0, help="node 1's port, then counting up (default: free ones)")
    up.add_argument("--set", type=setting, action="append", default=[], metavar="KEY=VALUE")
    up.add_argument("--listener", type=listener, action="append", default=[], metavar="NAME=PROTOCOL[@PORT,…]")
    up.add_argument("--version", default=jars.VERSION, help=f"of Kafka (default: {jars.VERSION})")
    command("down", "kill the cluster's nodes and remove its data")
    command("address", "print the listeners' lines again")
    for name, text in (("kill", "kill -9 a node"), ("term", "end a node in good order"), ("stop", "freeze a node"),
                       ("cont", "let a frozen node go on"), ("start", "start a node that is down and wait for it")):
        command(name, text).add_argument("node", type=int)
    tool = command("tool", "run one of Kafka's tools, or any class on Kafka's class path")
    tool.add_argument("tool", help="for example kafka-topics; see the list in kafka.d/tools.py")
    tool.add_argument("args", nargs=argparse.REMAINDER)
    command("fetch", "only fetch the jars; prints their folder")
    return parser


def print_addresses(cluster):
    print(f"bootstrap={cluster.bootstrap()}")
    for name in cluster.plan["protocols"]:
        print(f"{name.lower()}={cluster.addresses(name)}")


def up(parser, args, cluster):
    for name, _, ports in args.listener:
        if name in (clusters.MAIN, clusters.CONTROLLER):
            parser.error(f"--listener: the name {name} is in use")
        if ports and len(ports) != args.nodes:
            parser.error(f"--listener {name}: {args.nodes} ports wanted, one per node")
    clusters.up(cluster, clusters.make_plan(args.nodes, args.port, args.listener, dict(args.set),
                                           args.version))
    print_addresses(cluster)


def act_on_node(args, cluster):
    node = cluster.require().node(args.node)
    if args.command == "start":
        node.start()
        node.wait()
    elif args.command in ("kill", "term"):
        node.send(0)
        node.kill() if args.command == "kill" else node.terminate()
    else:
        node.send(signal.SIGSTOP if args.command == "stop" else signal.SIGCONT)


def main():
    parser = arguments()
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # as Ctrl-C does: `up` takes back what it began
    cluster = clusters.Cluster(args.name)
    if os.sep in args.name or args.name.startswith("."):
        parser.error("--name: a plain word, please")
    if args.command == "up":
        up(parser, args, cluster)
    elif args.command == "down":
        cluster.destroy()
    elif args.command == "address":
        print_addresses(cluster.require())
    elif args.command == "tool":
        if not tools.main_class(args.tool):
            parser.error(f"no tool {args.tool!r}; there are: {', '.join(sorted(tools.TOOLS))}")
        tools.run(args.tool, args.args, cluster.bootstrap(), cluster.version())
    elif args.command == "fetch":
        print(jars.folder())
    else:
        act_on_node(args, cluster)


try:
    main()
except clusters.Failed as problem:
    sys.exit(f"kafka: {problem}")
except OSError as problem:
    sys.exit(f"kafka: {problem.filename or problem}: {problem.strerror}; choose another folder: TAILRACE_KAFKA_DIR=…")
except subprocess.CalledProcessError as problem:
    sys.exit(f"kafka: {problem.cmd[0]} failed with code {problem.returncode}")
except KeyboardInterrupt:
    sys.exit(130)
