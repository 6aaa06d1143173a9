"""Adds up what the test runners reported.

tally.py total FOLDER…        the sum over the folders' JUnit reports and .count files, as the last line of ops/test
tally.py node LOG STATUS      the counts in the output of Node's test runner, as the contents of a .count file
"""

import pathlib
import re
import sys
import xml.etree.ElementTree as xml


def verdict(case):
    if case.find("failure") is not None or case.find("error") is not None:
        return 1
    skipped = case.find("skipped") is not None or case.get("status") in ("notrun", "disabled")
    return 2 if skipped else 0


def of_report(report, without=()):
    """(passed, failed, skipped) of a JUnit report, leaving out the cases named in `without`."""
    counts = [0, 0, 0]
    for case in xml.parse(report).iter("testcase"):
        if case.get("name") not in without:
            counts[verdict(case)] += 1
    return counts


def of_ctest(report):
    """What ctest saw and no program told: programs without a report of their own, and those that crashed."""
    told = {path.stem for path in report.parent.glob("*.xml") if of_report(path)[1] or sum(of_report(path))}
    silent = {case.get("name") for case in xml.parse(report).iter("testcase")
              if verdict(case) == 1 and case.get("name") in told
              and not of_report(report.parent / f"{case.get('name')}.xml")[1]}
    return of_report(report, told - silent)


def of_folder(folder):
    counts = [of_ctest(path) if path.stem == "ctest" else of_report(path) for path in sorted(folder.glob("*.xml"))]
    counts += [[int(word) for word in path.read_text().split()] for path in folder.glob("*.count")]
    return [sum(column) for column in zip([0, 0, 0], *counts)]


def total(folders):
    rows = {pathlib.Path(folder).name: of_folder(pathlib.Path(folder)) for folder in folders}
    for name, (passed, failed, skipped) in rows.items():
        print(f"{name + ':':13}{passed:6} passed{failed:5} failed{skipped:5} skipped")
    passed, failed, skipped = [sum(column) for column in zip(*rows.values())]
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


def node(log, status):
    """The runner closes with lines such as "# pass 12" or "ℹ pass 12"; one close per package."""
    found = re.findall(r"^(?:#|ℹ) (pass|fail|cancelled|skipped|todo) (\d+)$", pathlib.Path(log).read_text(), re.MULTILINE)
    number = {key: sum(int(count) for word, count in found if word == key) for key in
              ("pass", "fail", "cancelled", "skipped", "todo")}
    failed = number["fail"] + number["cancelled"]
    print(number["pass"], failed or int(status != "0"), number["skipped"] + number["todo"])
    return 0


if __name__ == "__main__":
    sys.exit(total(sys.argv[2:]) if sys.argv[1] == "total" else node(sys.argv[2], sys.argv[3]))
