"""What watches a bridge names what a bridge has: alert rules, the board, the metrics themselves."""

import pathlib
import re
import shutil
import subprocess

import pytest
import yaml

from board import filled, queries, targets
from harness.client import Subscriber, WireTransport
from harness.kafka import ROOT

OPS = ROOT / "ops"
ALERTS = OPS / "prometheus" / "alerts.yml"
HERE = pathlib.Path(__file__).parent
# what a query holds that is no metric
WORDS = re.compile(r"\btailrace_[a-z_]+\b")
LABELS = re.compile(r"(tailrace_[a-z_]+)\{([^}]*)\}")
OF_SCRAPING = {"instance", "job"}


def rules():
    return [rule for group in yaml.safe_load(ALERTS.read_text())["groups"] for rule in group["rules"]]


def promtool(*words, **options):
    return subprocess.run(["promtool", *words], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)


@pytest.fixture(scope="module")
def metrics(shared_bridge, shared_topic):
    """The text of /metrics of a bridge that has seen every kind of end."""
    import asyncio

    t = shared_topic(1)
    b = shared_bridge(t)
    b.wait_ready()

    async def visit():
        client = Subscriber({t.name: "earliest"})
        await client.connect(b.port)
        await client.subscribed(t.name)
        await client.close()
        rude = Subscriber({t.name: "earliest"}, WireTransport)
        await rude.connect(b.port)
        await rude.subscribed(t.name)
        await rude.cut()

    asyncio.run(visit())
    assert b.get("/ws", headers={"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
                                 "Sec-WebSocket-Version": "13", "Origin": "https://elsewhere.example"})[0] == 403
    b.poll(lambda: b.metric("tailrace_closes_total") >= 2, "both ends to be counted")
    return b.get("/metrics", b.admin_port)[1]


def test_ages_are_those_of_a_young_bridge(metrics):
    for age in re.findall(r"^tailrace_\w+_age_seconds (\S+)$", metrics, re.M):
        assert 0 <= float(age) < 3600


def names_of(text):
    return set(re.findall(r"^# TYPE (\S+)", text, re.M))


def labels_of(text):
    """{metric: its labels}"""
    found = {name: set() for name in names_of(text)}
    for name, labels in re.findall(r"^(\w+)\{(.*?)\} ", text, re.M):
        found[name] |= set(re.findall(r"(\w+)=", labels))
    return found


def used_labels(expression):
    """(metric, label) of every selector, and of `by (…)` around one metric."""
    for name, selector in LABELS.findall(expression):
        for label in re.findall(r"(\w+)\s*[=!]", selector):
            yield name, label
    for grouped in re.findall(r"by \(([^)]*)\)", expression):
        for label in re.findall(r"\w+", grouped):
            for name in WORDS.findall(expression):
                yield name, label


def test_metrics_are_as_prometheus_wants_them(metrics):
    result = promtool("check", "metrics", input=metrics)
    assert result.returncode == 0 and not result.stdout.strip(), result.stdout


@pytest.mark.parametrize("source", [queries, lambda: [rule["expr"] for rule in rules()]], ids=["board", "alerts"])
def test_every_query_names_what_a_bridge_has(metrics, source):
    expressions, labels = source(), labels_of(metrics)
    assert len(expressions) > 5
    wrong = [(name, e) for e in expressions for name in WORDS.findall(e) if name not in labels]
    wrong += [(name, label, e) for e in expressions for name, label in used_labels(e)
              if name in labels and label not in labels[name] | OF_SCRAPING]
    assert not wrong


def test_the_test_would_see_a_wrong_name(metrics):
    assert list(used_labels('sum by (why) (rate(tailrace_closes_total{code="1"}[5m]))')) == [
        ("tailrace_closes_total", "code"), ("tailrace_closes_total", "why")]
    assert "why" not in labels_of(metrics)["tailrace_closes_total"]
    assert "tailrace_no_such_metric" not in labels_of(metrics)


def test_the_board_shows_every_metric(metrics):
    shown = {name for query in queries() for name in WORDS.findall(query)}
    assert names_of(metrics) - shown == set()


def reasons_of(metrics):
    """{metric: the label that says why}"""
    return {name: label for name, labels in labels_of(metrics).items() for label in labels & {"reason", "code", "why"}}


def lost(expression, label):
    """Whether the label is summed away."""
    grouped = re.search(r"\bby \(([^)]*)\)", expression)
    return re.search(r"\b(sum|count|max|min|avg)\b", expression) and label not in re.findall(r"\w+", grouped.group(1) if grouped else "")


def test_whatever_has_a_reason_says_it(metrics):
    """Rule by rule and panel by panel: what is counted by reason, code or why keeps it, and it is read out; each such metric has a rule."""
    reasons = reasons_of(metrics)
    assert len(reasons) >= 7, reasons
    wrong, ruled = [], set()
    for rule in rules():
        for name in set(WORDS.findall(rule["expr"])) & reasons.keys():
            ruled.add(name)
            if lost(rule["expr"], reasons[name]) or f"{{{{ $labels.{reasons[name]} }}}}" not in rule["annotations"]["summary"]:
                wrong.append(rule["alert"])
    for target in targets():
        for name in set(WORDS.findall(target["expr"])) & reasons.keys():
            if lost(target["expr"], reasons[name]) or f"{{{{{reasons[name]}}}}}" not in target["legendFormat"]:
                wrong.append(target["expr"])
    assert not wrong
    assert reasons.keys() - ruled == set(), "no rule looks at it"


def test_the_test_would_see_a_lost_reason():
    assert lost("sum(rate(tailrace_closes_total[5m]))", "code") and lost("sum by (instance) (rate(tailrace_closes_total[5m]))", "code")
    assert not lost("sum by (instance, code) (rate(tailrace_closes_total[5m]))", "code") and not lost("increase(tailrace_gaps_sent_total[5m])", "reason")


def test_every_query_is_valid(tmp_path):
    """By Prometheus's own parser."""
    made = {"groups": [{"name": "board", "rules": [{"record": f"board:{n}", "expr": filled(q)} for n, q in enumerate(queries())]}]}
    (tmp_path / "board.yml").write_text(yaml.safe_dump(made))
    result = promtool("check", "rules", tmp_path / "board.yml")
    assert result.returncode == 0, result.stdout


def test_alert_rules_fire_when_they_should(tmp_path):
    shutil.copy(ALERTS, tmp_path)
    shutil.copy(HERE / "alerts.test.yml", tmp_path)
    for words in (("check", "rules", "alerts.yml"), ("test", "rules", "alerts.test.yml")):
        result = promtool(*words, cwd=tmp_path)
        assert result.returncode == 0, result.stdout


def test_every_alert_is_tested_and_explained():
    tested = (HERE / "alerts.test.yml").read_text()
    explained = (OPS / "README.md").read_text()
    for rule in rules():
        assert re.search(rf"alertname: {rule['alert']}\b", tested), rule["alert"]
        assert rule["alert"] in explained, f"{rule['alert']}: what to do about it is not in ops/README.md"


def test_the_scrape_configuration_is_valid():
    result = promtool("check", "config", OPS / "prometheus" / "prometheus.yml")
    assert result.returncode == 0, result.stdout
