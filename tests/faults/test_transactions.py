"""Transactions: committed, aborted, open; the end that they hold back; tails of which nothing remains."""

import asyncio
import time

import pytest

from checker import position
from harness.client import Subscriber
from harness.load import fill, fill_with_transactions
from harness.producer import TransactionalProducer
from steps import finished, joined, reached, written


def transactional_of(t):
    producer = TransactionalProducer(t.cluster.bootstrap)
    t.wrote(producer)
    return producer


def held(client):
    return [c.body for c in client.controls if c.name == "status" and "held_by_transaction" in c.body]


@pytest.mark.everyday
async def test_committed_aborted_and_open_transactions(cluster, topic, bridge, recovery, during):
    """Cold, warm and live readers; one transaction is open while all of them read, and commits in the end."""
    t = topic(2)
    done, open_ = transactional_of(t), transactional_of(t)
    await asyncio.to_thread(fill_with_transactions, done, t, 600)
    stable = await asyncio.to_thread(cluster.offsets, t.name, -1)
    open_.begin()
    await asyncio.to_thread(fill, open_, t, 20)
    await asyncio.to_thread(fill_with_transactions, done, t, 200, seed="behind it")
    clients = []
    for warm in ("0", "30m"):
        b = bridge(t, warm=warm)
        live, earliest = await joined(b, t, "live", "earliest")
        begun = position.parse(live.control("subscribed").body["position"])[1]
        assert {p: e.next for p, e in begun.items()} == stable, "live is the last stable offset"
        for client in (live, earliest):
            await client.reach(t.name, stable)
        await during(b, live, earliest)
        clients += live, earliest
    for client in clients:
        await client.subscribed(t.name)
        assert client.at(t.name) == stable, "nothing of an open transaction, nor behind it"
    await asyncio.to_thread(open_.commit)
    with recovery("what it held comes"):
        await reached(t, *clients)
    await finished(t, *clients)


@pytest.mark.parametrize("end", ["commit", "abort"])
async def test_an_open_transaction_is_told_after_30_s(topic, bridge, recovery, during, end):
    t = topic(2)
    transactional = transactional_of(t)
    await written(t, 20)
    b = bridge(t)
    (client,) = await joined(b, t, "live")
    transactional.begin()
    begun = time.time()
    await asyncio.to_thread(fill, transactional, t, 1)  # in partition 0
    await written(t, 20, seed="behind it")
    with recovery("told", limit=30 + 60):
        await client.until(lambda: held(client), "held_by_transaction")
    assert time.time() - begun >= 30, "an open transaction is nothing to tell of before"
    told = held(client)[0]
    assert (told["channel"], told["p"], told["held_by_transaction"], told["stable"]) == (t.name, 0, True, 10)
    b = await during(b, client)
    (late,) = await joined(b, t, "live")
    await late.until(lambda: held(late), "the same for who comes later")
    await asyncio.to_thread(transactional.commit if end == "commit" else transactional.abort)
    with recovery("told that it is over"):
        for each in (client, late):
            await each.until(lambda: not held(each)[-1]["held_by_transaction"], "its end")
    await finished(t, client, late)


@pytest.mark.everyday
async def test_an_aborted_tail_with_nothing_after_it(cluster, topic, bridge, recovery, during, tmp_path):
    """Clients move past it, live and replaying, and when it expires nobody is told of a gap."""
    t = topic(2)
    transactional = transactional_of(t)
    await written(t, 100)
    b = bridge(t)
    (live,) = await joined(b, t, "live")
    transactional.begin()
    await asyncio.to_thread(fill, transactional, t, 60)
    await asyncio.to_thread(transactional.abort)
    end = await asyncio.to_thread(cluster.offsets, t.name, -1)
    cold = await Subscriber({t.name: "earliest"}).connect(b.port)
    with recovery("covered"):
        for client in (live, cold):
            await client.reach(t.name, end)
            await client.cut()
    async with during.making(b) as midst:
        await asyncio.to_thread(cluster.delete_records, t.name, end, tmp_path)
    b = midst.bridge
    for client in (live, cold):
        await client.connect(b.port)
        await client.subscribed(t.name)
    await written(t, 20, seed="after")
    await finished(t, live, cold)
    gaps = [e.text for client in (live, cold) for e in client.receipts.events if e.text and '"gap"' in e.text]
    assert not gaps


async def test_a_producer_that_died_within_a_transaction(cluster, topic, bridge, recovery, during):
    """Kafka aborts it after its timeout; nothing of it comes and everything behind it does."""
    t = topic(1)
    dying = TransactionalProducer(cluster.bootstrap, **{"transaction.timeout.ms": 5000})
    b = bridge(t)
    (client,) = await joined(b, t, "live")
    dying.begin()
    await asyncio.to_thread(fill, dying, t, 30)
    await during(b, client)
    with recovery("aborted by Kafka, read on"):
        await written(t, 30, seed="behind it")
        await reached(t, client)
    await finished(t, client)
    assert client.updates == 30
