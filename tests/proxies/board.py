"""The board's queries, as it holds them and as Grafana sends them."""

import json

from harness.kafka import ROOT


def targets():
    board = json.loads((ROOT / "ops" / "grafana" / "tailrace.json").read_text())
    return [target for panel in board["panels"] for target in panel["targets"]]


def queries():
    return [target["expr"] for target in targets()]


def filled(query):
    """With the board's variables filled in."""
    return query.replace("$__rate_interval", "1m").replace("$bridge", ".*")
