"""The checker as a program: `python3 -m checker --help`, run in tests/ (or with tests/ on PYTHONPATH).

Prints one line per fault, then a summary; exit code 0 without faults, 1 with.
"""

import argparse
import sys

from . import files
from .check import faults
from .receipts import Receipts
from .truth import Truth

sys.setrecursionlimit(5000)  # values may nest 1,024 deep


def arguments():
    parser = argparse.ArgumentParser(prog="checker", description="Receipts of clients against what Kafka had.")
    parser.add_argument("--acked", required=True, help="records that producers had acknowledged (JSON lines)")
    parser.add_argument("--seen", required=True, help="records that an independent read_committed consumer saw")
    parser.add_argument("--mode", default="json", choices=("json", "text", "base64"))
    parser.add_argument("--channel", action="append", default=[], metavar="NAME=TOPIC", help="default: by the topic's name")
    parser.add_argument("--kept", action="append", default=[], metavar="TOPIC:P=OFFSET", help="the earliest offset Kafka still had")
    parser.add_argument("--to-the-end", action="store_true", help="every client must have got to the last record")
    parser.add_argument("--allow-reset", action="append", default=[], metavar="REASON")
    parser.add_argument("receipts", nargs="+", help="one file per client")
    return parser.parse_args()


def kept(args, topic):
    pairs = (word.removeprefix(f"{topic}:").split("=") for word in args.kept if word.startswith(f"{topic}:"))
    return {int(partition): int(offset) for partition, offset in pairs}


def truths(args):
    """{channel: Truth}"""
    acked, seen = files.read_acked(args.acked), files.read_seen(args.seen)
    names = dict(word.split("=", 1) for word in args.channel) or {topic: topic for topic in {*acked, *seen}}
    return {name: Truth(acked.get(topic, []), seen.get(topic, []), mode=args.mode, kept=kept(args, topic))
            for name, topic in names.items()}


def main():
    args = arguments()
    known = truths(args)
    until = {name: truth.ends() for name, truth in known.items()} if args.to_the_end else {}
    found = [f"{path}: {fault}" for path in args.receipts
             for fault in faults(known, Receipts.load(path), until, args.allow_reset)]
    print("\n".join(found[:1000] + [f"checker: {len(args.receipts)} clients, {len(found)} faults"]))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
