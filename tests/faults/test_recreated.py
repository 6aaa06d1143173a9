"""A topic that was deleted and created again under its name: `reset`, then exactly the new one, within seconds."""

import asyncio

import pytest
from confluent_kafka import KafkaException

from harness.waiting import within
from histories import assert_reset, resets_of
from steps import joined, reached, written

PARTITIONS = 3
RECORDS = 300  # of the old topic
LIVE = 30  # of those, that come while clients are there
# what comes after it: seconds until it is there again, partitions, records
VARIANTS = {
    "at-once": (0, PARTITIONS, 700),
    "after-1-s": (1, PARTITIONS, 700),
    "fewer-partitions": (0, PARTITIONS - 1, 700),
    "more-partitions": (0, PARTITIONS + 2, 700),
    "same-number-of-records": (0, PARTITIONS, RECORDS),
    "fewer-records": (0, PARTITIONS, 60),
}
EVERYDAY = ("at-once", "fewer-partitions", "same-number-of-records")
variants = pytest.mark.parametrize("variant", [pytest.param(v, id=k, marks=[pytest.mark.further] * (k not in EVERYDAY))
                                               for k, v in VARIANTS.items()])


async def old_topic(topic, records=RECORDS):
    """A topic with all of its records seen by both witnesses, and what they saw."""
    t = await asyncio.to_thread(topic, PARTITIONS, watched=True)
    await written(t, records, seed="old")
    return t


async def recreate(cluster, topic, old, variant):
    """The topic under its name again, filled."""
    pause, partitions, records = variant
    await asyncio.to_thread(cluster.delete_topic, old.name)
    await asyncio.sleep(pause)  # the variant's own
    while True:
        try:
            new = await asyncio.to_thread(topic, partitions, name=old.name)
            break
        except KafkaException as error:  # not wholly gone yet
            assert "TOPIC_ALREADY_EXISTS" in str(error), error
    await written(new, records, seed="new")
    return new


async def noticed(client, t):
    """Until the reset, and all that stands in the topic now."""
    await client.until(lambda: resets_of(client.receipts, t.name), f"the reset of {t.name}")
    await client.reach(t.name, t.ends())


@pytest.mark.everyday
@variants
async def test_recreated_under_connected_clients(cluster, topic, bridge, recovery, during, variant, seed):
    old = await old_topic(topic, RECORDS - LIVE)
    b = bridge(old)
    clients = await joined(b, old, "earliest", "live")
    await reached(old, clients[0])
    await written(old, LIVE, seed="live")
    await reached(old, *clients)
    first = await asyncio.to_thread(old.truth)
    async with during.making(b, *clients):
        new = await recreate(cluster, topic, old, variant)
    with recovery("noticed and read anew"):
        for client in clients:
            await noticed(client, new)
    await written(new, 30, seed="after")
    await reached(new, *clients)
    for client in clients:
        await client.close()
    assert_reset(new.name, first, await asyncio.to_thread(new.truth), *clients, reasons=["recreated"])


@variants
@pytest.mark.parametrize("restarted", [pytest.param(False, id="same-bridge"), pytest.param(True, id="another-bridge")])
async def test_recreated_while_clients_are_away(cluster, topic, bridge, recovery, variant, restarted, seed):
    """One left at the old end, one in the middle of it."""
    old = await old_topic(topic)
    b = bridge(old)
    clients = await joined(b, old, "earliest", "earliest")
    for client, ends in zip(clients, (old.ends(), {p: RECORDS // PARTITIONS // 2 for p in range(PARTITIONS)})):
        await client.reach(old.name, ends)
        await client.cut()
    first = await asyncio.to_thread(old.truth)
    if restarted:
        b.kill()
    new = await recreate(cluster, topic, old, variant)
    b = bridge(new) if restarted else b
    with recovery("noticed and read anew"):
        for client in clients:
            await client.connect(b.port)
        await within(asyncio.gather(*(noticed(client, new) for client in clients)), "the resets")
    for client in clients:
        await client.close()
    assert_reset(new.name, first, await asyncio.to_thread(new.truth), *clients, reasons=["recreated"])
