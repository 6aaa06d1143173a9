"""The same file for compose v2."""

import json
import subprocess

import pytest
import yaml

import compose2
from harness.kafka import ROOT
from stack import Stack, forget_the_image


@pytest.fixture(scope="module")
def second(engine, images):
    command, why_not = compose2.command(engine)
    if not command:
        pytest.skip(why_not)
    stack = Stack(engine, command, "tailrace-test2")
    yield stack
    stack.close()


PROFILES = ["--profile", "scale", "--profile", "monitoring"]


def in_one_form(service):
    """What the second generation writes at length, as the first does; and without what it adds of its own."""
    def port(given):
        return given if isinstance(given, str) else f"{given['host_ip']}:{given['published']}:{given['target']}/{given['protocol']}"

    def volume(given):
        return given if isinstance(given, str) else f"{given['source']}:{given['target']}:{'ro' if given.get('read_only') else 'rw'}"

    made = {key: value for key, value in service.items() if key != "networks" and value is not None}
    made["ports"] = [port(given) for given in service.get("ports", [])]
    made["volumes"] = [volume(given) for given in service.get("volumes", [])]
    made["depends_on"] = {name: {**given, "required": True} for name, given in service.get("depends_on", {}).items()}
    if "build" in service:
        made["build"] = {"dockerfile": "Dockerfile", **service["build"]}
    return made


def test_both_composes_understand_the_same(second, engine):
    """Of each service all that it says."""
    def facts(configuration):
        return {name: in_one_form(service) for name, service in configuration["services"].items()}, configuration["volumes"].keys()

    old = subprocess.run(["docker-compose", *PROFILES, "config"], cwd=ROOT, env=second.environment, check=True, text=True,
                         stdout=subprocess.PIPE)
    new = second.compose(*PROFILES, "config", "--format", "json", stdout=subprocess.PIPE)
    assert facts(json.loads(new.stdout)) == facts(yaml.safe_load(old.stdout))


def test_it_comes_up_where_no_image_is_and_goes(second, engine):
    forget_the_image(engine)
    second.shown("docker compose up --detach")
    second.wait_healthy("kafka", "bridge")
    assert second.get("/readyz") == (200, "ready\n")
    assert "(healthy)" in second.shown("docker compose ps")
    second.shown("docker compose up --build --detach")
    second.compose("--profile", "scale", "up", "--detach", "--no-deps", "bridge-2")
    second.shown("docker compose --profile scale --profile monitoring down")
    assert second.name not in engine.output("ps", "-a")
