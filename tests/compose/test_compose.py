"""docker-compose.yml, as a stranger uses it: up, look, produce, kill the bridge, nothing lost; and its profiles."""

import json
import subprocess

import pytest

import standins
from harness.kafka import OPS_KAFKA
from stack import Page, eventually

MOST = 45_000_000  # bytes on top of the base image


@pytest.fixture(scope="module")
def page(stack):
    page = Page()
    yield page
    page.close()


def test_everything_comes_up_healthy(stack):
    stack.wait_healthy("kafka", "bridge")
    assert stack.get("/readyz") == (200, "ready\n")
    assert "<title" in stack.get("/")[1]


def test_the_page_is_told_where_this_machine_finds_kafka(stack):
    answer = json.loads(stack.get("/api/channels")[1])
    assert answer["kafka"] == f"localhost:{stack.kafka}"


def test_the_demo_flows(stack, page):
    assert page("open", f"http://localhost:{stack.page}/")["pill"].startswith("LIVE")
    eventually(lambda: {"metrics", "orders"} <= channels(stack).keys(), "both channels of the demo")


def channels(stack):
    """{name: what the page is told}"""
    return {channel["name"]: channel for channel in json.loads(stack.get("/api/channels")[1])["channels"]}


def test_the_page_knows_titles_and_units(stack):
    """As in a demo without containers."""
    told = eventually(lambda: {"metrics", "orders"} <= channels(stack).keys() and channels(stack), "both channels of the demo")
    assert told["metrics"]["title"] == "This machine" and told["metrics"]["units"]["cpu"] == "%"
    assert told["orders"]["title"] == "Orders" and told["orders"]["units"] == {"amount": "€", "latency_ms": "ms"}


def test_records_of_kcat_show_on_the_page(stack, page):
    """By the line that the page's card has for pasting, from this machine."""
    line = page("card")["line"]
    assert f"localhost:{stack.kafka}" in line and "kcat" in line
    subprocess.run(["kcat", "-P", "-b", f"localhost:{stack.kafka}", "-t", "greetings", "-K", "\t"], input="kcat\t{\"hello\":\"by kcat\"}\n",
                   text=True, check=True)
    assert "by kcat" in page("record", "by kcat")["record"]


def test_records_of_kafkas_own_producer_show_on_the_page(stack, page):
    subprocess.run([OPS_KAFKA, "tool", "kafka-console-producer", "--bootstrap-server", f"localhost:{stack.kafka}", "--topic", "greetings"],
                   input="{\"hello\":\"by the console producer\"}\n", text=True, check=True)
    assert "by the console producer" in page("record", "by the console producer")["record"]


def test_kafka_is_reached_from_containers(stack):
    """By the other listener; with the image's own program."""
    result = stack.compose("run", "--rm", "-T", "--no-deps", "producer", "produce", "--brokers", "kafka:19092", "--topic", "greetings",
                           "--count", "3", check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert result.returncode == 0, result.stdout


def test_the_bridge_is_killed_and_nothing_is_lost(stack, page):
    """kill -9 of its process; the page says it is offline, and gets all it missed once the container runs again."""
    page("live")
    container = stack.container("bridge")
    stack.engine.docker("kill", container, stdout=subprocess.DEVNULL)
    page("offline")
    stack.engine.docker("start", container, stdout=subprocess.DEVNULL)
    receipt = page("recovered")
    assert receipt["lost"] == "0", receipt
    assert receipt["updates"] > 0
    page("live")


def test_the_bridge_runs_as_nobody_on_a_read_only_root(stack):
    state = stack.state("bridge")
    assert state["HostConfig"]["ReadonlyRootfs"] and state["HostConfig"]["CapDrop"] == ["ALL"]
    status = stack.compose("exec", "-T", "bridge", "cat", "/proc/1/status", stdout=subprocess.PIPE).stdout
    assert "\nUid:\t10001\t10001" in status and "\nCapEff:\t0000000000000000" in status and "\nNoNewPrivs:\t1" in status
    assert stack.compose("exec", "-T", "bridge", "touch", "/usr/here", check=False, capture_output=True).returncode != 0


def test_the_image_is_small(engine, stack):
    grown = standins.size(engine, "tailrace") - standins.size(engine, standins.BASE)
    print(f"the image is {grown / 1e6:.1f} MB on top of its base")
    assert 0 < grown <= MOST


def test_the_listener_must_be_called_public(engine, stack):
    """The image alone does not open every channel to whoever reaches it."""
    result = engine.docker("run", "--rm", "tailrace", "serve", "--brokers", "localhost:1", "--topics", "x", "--listen", ":8080",
                           check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert result.returncode == 2 and "public" in result.stdout


def test_three_bridges_behind_haproxy(stack, images):
    """The page by way of HAProxy, while the bridge it is on is killed."""
    if any("haproxy" in image for image in images):
        pytest.skip(f"no image: {images}")
    stack.up("haproxy", profiles=["scale"])
    stack.wait_healthy("bridge", "bridge-2", "bridge-3")
    eventually(lambda: stack.get("/readyz", stack.scale)[0] == 200, "HAProxy", lambda: stack.logs("haproxy"))
    page = Page()
    try:
        page("open", f"http://localhost:{stack.scale}/")
        before = stack.container("bridge-2"), stack.container("bridge-3")
        stack.engine.docker("kill", *before, stack.container("bridge"), stdout=subprocess.DEVNULL)
        page("offline")
        stack.engine.docker("start", before[0], stdout=subprocess.DEVNULL)
        assert page("recovered")["lost"] == "0"
    finally:
        page.close()
        stack.engine.docker("start", stack.container("bridge"), stdout=subprocess.DEVNULL)


def test_prometheus_scrapes_the_bridge(stack, images):
    if any("prometheus" in image for image in images):
        pytest.skip(f"no image: {images}")
    stack.wait_healthy("bridge")
    stack.up("prometheus", profiles=["monitoring"])

    def reachable():
        status, body = stack.get("/api/v1/query?query=tailrace_kafka_reachable", stack.prometheus)
        return status == 200 and [row["value"][1] for row in json.loads(body)["data"]["result"]]

    assert "1" in eventually(reachable, "a scraped metric", lambda: stack.logs("prometheus"))
    rules = json.loads(stack.get("/api/v1/rules", stack.prometheus)[1])["data"]["groups"]
    assert all(rule["health"] in ("ok", "unknown") for group in rules for rule in group["rules"]) and rules


def test_down_leaves_nothing(engine, stack):
    """The last one: what was up is gone, its volumes too."""
    stack.down()
    for kind in (["ps", "-a"], ["network", "ls"], ["volume", "ls"]):
        assert stack.name not in engine.output(*kind)
