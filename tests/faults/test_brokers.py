"""Brokers that die, freeze, restart and lose their leadership. Three nodes; nothing is lost, so nothing may be missing."""

import asyncio
import contextlib

import pytest

from polling import poll


def leader_of(cluster, topic, partition=0):
    return cluster.partitions_of(topic.name)[partition].leader


@pytest.mark.everyday
async def test_broker_killed(cluster, ride, seed):
    await ride.begin(seed=seed)
    victim = leader_of(cluster, ride.topic)
    async with ride.making():
        await asyncio.to_thread(cluster.kill, victim)
    await ride.recovered("without it")
    await asyncio.to_thread(cluster.start, victim)
    await ride.recovered("with it again")
    await ride.finish()


@pytest.mark.everyday
async def test_all_brokers_down_and_back(cluster, ride, seed):
    await ride.begin(seed=seed)
    first = ride.bridge
    async with ride.making():
        for node in cluster.nodes:
            await asyncio.to_thread(cluster.kill, node)
    await asyncio.to_thread(ride.bridge.wait_log, "kafka not reachable")
    assert ride.bridge.get("/readyz")[0] == 503
    await ride.live.until(lambda: ride.live.control("status"), "the status")
    await asyncio.gather(*(asyncio.to_thread(cluster.start, node) for node in cluster.nodes))  # none answers alone
    await ride.recovered()
    await asyncio.to_thread(ride.bridge.wait_ready)
    if ride.bridge is first:
        await ride.live.until(lambda: kafka_statuses(ride.live)[-1] == "reachable", "the status")
        assert kafka_statuses(ride.live) == ["unreachable", "reachable"], "one for each change"
    await ride.finish()


def kafka_statuses(client):
    return [c.body["kafka"] for c in client.controls if c.name == "status" and "kafka" in c.body]


async def test_broker_frozen_for_20_s(cluster, ride, seed):
    await ride.begin(seed=seed)
    victim = leader_of(cluster, ride.topic)
    frozen = asyncio.create_task(asyncio.sleep(20))
    async with ride.making():
        cluster.stop(victim)
    await ride.recovered("while it is frozen")
    await frozen
    cluster.cont(victim)
    await ride.recovered("with it again")
    await ride.finish()


async def test_rolling_restart(cluster, ride, seed, rng):
    await ride.begin(seed=seed)
    meets_it = rng.choice(cluster.nodes)
    for node in cluster.nodes:
        async with ride.making() if node == meets_it else contextlib.nullcontext():
            await asyncio.to_thread(cluster.term, node)
        await ride.recovered(f"without {node}")
        await asyncio.to_thread(cluster.start, node)
    await ride.recovered("after all")
    await ride.finish()


@pytest.mark.everyday
async def test_leaders_elected_anew(cluster, ride, seed, tmp_path):
    """By moving every partition's preferred leader, twice."""
    await ride.begin(seed=seed, transactions=True)
    for turn in (1, 2):
        before = leader_of(cluster, ride.topic)
        async with ride.making() if turn == 1 else contextlib.nullcontext():
            await asyncio.to_thread(move_leaders, cluster, ride.topic, turn, tmp_path)
            await asyncio.to_thread(poll, lambda: leader_of(cluster, ride.topic) != before, "another leader")
        await ride.recovered(f"move {turn}")
    await ride.finish()


def move_leaders(cluster, topic, turn, folder):
    rows = []
    for number, partition in cluster.partitions_of(topic.name).items():
        replicas = partition.replicas[1:] + partition.replicas[:1]
        rows.append(f'{{"topic":"{topic.name}","partition":{number},"replicas":{replicas}}}')
    plan = folder / f"plan-{turn}.json"
    plan.write_text(f'{{"version":1,"partitions":[{",".join(rows)}]}}')
    cluster.tool("kafka-reassign-partitions", "--reassignment-json-file", str(plan), "--execute")
    cluster.tool("kafka-leader-election", "--election-type", "preferred", "--all-topic-partitions")
