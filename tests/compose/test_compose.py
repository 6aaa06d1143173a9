"""docker-compose.yml, as a stranger uses it: up, look, produce, kill the bridge, nothing lost; and its profiles."""

import asyncio
import json
import re
import socket
import subprocess
import types
from urllib.parse import quote

import pytest

import standins
from docs.pages import commands_of_head
from harness.client import LibraryTransport
from harness.ports import free_ports
from harness.topic import Topic
from harness.waiting import within
from proxies.board import filled, queries
from proxies.clients import under_load, wait_for_updates
from stack import Kafka, Page, Stack, commands_of_compose, eventually

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


# What a row of the page has of the record that the card's line makes: its key, its channel, its value.
ROWS = {"kcat": "/mehello.*42/", "console producer": "/no keyhello.*42/"}


@pytest.mark.parametrize("tool", ROWS)
def test_records_by_the_lines_of_the_pages_card_show_on_the_page(stack, page, tool):
    """As they stand there, from this machine."""
    lines = page("card")["lines"]
    assert lines.keys() == ROWS.keys()
    page("search", '{"cpu":42}')
    stack.shown(lines[tool])
    assert "hello" in page("record", ROWS[tool])["record"]


def test_a_record_reaches_the_page_with_nothing_installed_here(stack, page):
    """By the line of README."""
    stack.shown("""echo '{"hello": "by hand"}' | docker compose exec -T bridge tailrace produce --brokers kafka:19092 --topic hello""")
    page("search", "by hand")
    assert "by hand" in page("record", "by hand")["record"]
    page("search", "")


def test_kafka_is_reached_from_containers(stack):
    """By the other listener; with the image's own program."""
    result = stack.compose("run", "--rm", "-T", "--no-deps", "producer", "produce", "--brokers", "kafka:19092", "--topic", "greetings",
                           "--count", "3", check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert result.returncode == 0, result.stdout


def test_the_bridge_is_killed_and_nothing_is_lost(stack, page):
    """By the lines of README: the page says it is offline, and gets all it missed once the container runs again."""
    page("live")
    stack.shown("docker compose kill bridge")
    page("offline")
    stack.shown("docker compose start bridge")
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


def test_the_image_is_built_by_docker_alone(engine, stack):
    """Of the layers that are there."""
    stack.shown("docker build -t tailrace .")
    assert engine.output("run", "--rm", "tailrace", "--version").startswith("tailrace ")


def test_the_listener_must_be_called_public(engine, stack):
    """The image alone does not open every channel to whoever reaches it."""
    result = engine.docker("run", "--rm", "tailrace", "serve", "--brokers", "localhost:1", "--topics", "x", "--listen", ":8080",
                           check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert result.returncode == 2 and "public" in result.stdout


def test_the_line_of_the_dockerfile_serves_the_page(engine, stack):
    """To this machine, though Kafka is not there."""
    (line,) = [line for line in commands_of_head("Dockerfile") if line.startswith("docker run")]
    (port,) = free_ports(1)
    container = stack.shown(line.replace("127.0.0.1:8080", f"127.0.0.1:{port}").replace("--rm", "--rm --detach")).split()[-1]
    try:
        eventually(lambda: "<title" in stack.get("/", port)[1], "the page")
    finally:
        engine.docker("rm", "--force", container, capture_output=True)


def test_three_bridges_behind_haproxy(stack, images):
    """The page by way of HAProxy, while the bridge it is on is killed."""
    if any("haproxy" in image for image in images):
        pytest.skip(f"no image: {images}")
    stack.staying("docker compose --profile scale up", "haproxy")
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
        stack.engine.docker("start", stack.container("bridge"), before[1], stdout=subprocess.DEVNULL)


def made_anew(stack, service):
    """Its container goes, another takes the address, and it comes back with a new one."""
    old = stack.address(service)
    stack.compose("--profile", "scale", "rm", "--stop", "--force", service)
    stack.engine.docker("run", "--detach", "--name", f"{stack.name}-squatter", "--network", f"{stack.name}_default", "--entrypoint", "sleep",
                        "tailrace", "infinity", stdout=subprocess.DEVNULL)
    stack.compose("--profile", "scale", "up", "--detach", "--no-deps", service)
    stack.wait_healthy(service)
    assert stack.address(service) != old


def test_haproxy_finds_a_bridge_that_was_made_anew(stack, images):
    """It is the only one that is left; every client comes to it and misses nothing."""
    if any("haproxy" in image for image in images):
        pytest.skip(f"no image: {images}")
    stack.wait_healthy("bridge", "bridge-2", "bridge-3")
    kafka = Kafka(stack)
    topic = Topic(kafka, 3)
    for service in ("bridge", "bridge-2", "bridge-3"):
        eventually(lambda: topic.name in stack.get("/api/channels", 8080, stack.address(service))[1], f"the topic on {service}")
    others = stack.container("bridge"), stack.container("bridge-3")

    async def disturb(clients):
        await asyncio.to_thread(made_anew, stack, "bridge-2")
        stack.engine.docker("kill", *others, stdout=subprocess.DEVNULL)
        await within(asyncio.gather(*(wait_for_updates(client, 50) for client in clients)), "everybody's updates by way of the one left")

    behind = types.SimpleNamespace(port=stack.scale, scheme="http", transport=LibraryTransport)
    try:
        clients = asyncio.run(under_load(kafka, topic, behind, disturb))
        assert all(client.connections > 1 for client in clients)
    finally:
        stack.engine.docker("rm", "--force", f"{stack.name}-squatter", check=False, capture_output=True)
        stack.engine.docker("start", *others, stdout=subprocess.DEVNULL)


def evaluated(stack, query):
    """What Prometheus finds for a query of the board."""
    status, body = stack.get(f"/api/v1/query?query={quote(filled(query))}", stack.prometheus)
    assert status == 200, body
    return json.loads(body)["data"]["result"]


def test_prometheus_scrapes_the_bridge(stack, images):
    if any("prometheus" in image for image in images):
        pytest.skip(f"no image: {images}")
    stack.wait_healthy("bridge")
    stack.staying("docker compose --profile monitoring up", "grafana")

    def reachable():
        status, body = stack.get("/api/v1/query?query=tailrace_kafka_reachable", stack.prometheus)
        return status == 200 and [row["value"][1] for row in json.loads(body)["data"]["result"]]

    assert "1" in eventually(reachable, "a scraped metric", lambda: stack.logs("prometheus"))
    rules = json.loads(stack.get("/api/v1/rules", stack.prometheus)[1])["data"]["groups"]
    assert all(rule["health"] in ("ok", "unknown") for group in rules for rule in group["rules"]) and rules
    answers = [evaluated(stack, query) for query in queries()]
    assert len([rows for rows in answers if rows]) > 10, answers  # the others count what has not happened
    for file in ("/etc/grafana/provisioning/dashboards/tailrace.yml", "/var/lib/grafana/dashboards/tailrace.json"):
        assert stack.compose("--profile", "monitoring", "exec", "-T", "grafana", "test", "-s", file, check=False).returncode == 0, file


def gone(engine, stack):
    return all(stack.name not in engine.output(*kind) for kind in (["ps", "-a"], ["network", "ls"], ["volume", "ls"]))


def test_a_port_that_is_taken_is_named_and_down_takes_back_what_began(engine, stack):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        other = Stack(engine, commands_of_compose(engine)[0], "tailrace-taken", PAGE_PORT=port)
        result = other.compose("up", "--detach", "bridge", check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert result.returncode != 0 and re.search(rf"127\.0\.0\.1:{port}.* already ", result.stdout), result.stdout
    other.close()
    assert gone(engine, other)


def test_down_leaves_nothing(engine, stack):
    """The last one, by the line of the file: what was up is gone, that of the profiles and its volumes too."""
    stack.shown("docker compose --profile scale --profile monitoring down --volumes")
    assert gone(engine, stack)
