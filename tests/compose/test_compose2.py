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


def test_both_composes_understand_the_same(second, engine):
    """Services, and of each the image, the command and the ports."""
    def facts(configuration):
        services = configuration["services"]
        return {name: (service["image"], service.get("command"), len(service.get("ports", [])), service.get("environment"))
                for name, service in services.items()}

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
    second.shown("docker compose down")
    assert second.name not in engine.output("ps", "-a")
