"""The command line of ops/bench; as a program it says which marks are meant, before minutes go into building."""

import argparse

MARKS = ("fanout", "idle", "replay", "herd", "page")


def arguments():
    parser = argparse.ArgumentParser(prog="ops/bench")
    parser.add_argument("marks", nargs="*", metavar="MARK")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", metavar="FILE")
    parser.add_argument("--minutes", type=float, metavar="N")
    chosen = parser.parse_args()
    for mark in chosen.marks:
        if mark not in MARKS:
            parser.error(f"no mark '{mark}'; there are {', '.join(MARKS)}")
    chosen.marks = chosen.marks or MARKS
    return chosen


if __name__ == "__main__":
    print(*arguments().marks)
