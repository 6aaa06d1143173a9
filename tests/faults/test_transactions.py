"""Transactions: committed, aborted, open; the end that they hold back; tails of which nothing remains."""

import asyncio

import pytest

from checker import position
from harness.client import Subscriber
from harness.load import fill, fill_with_transactions
from harness.producer import RememberingProducer, TransactionalProducer
from harness.verdict import assert_right


def held(client):
    return [c.body for c in client.controls if c.name == "status" and "held_by_transaction" in c.body]


@pytest.mark.everyday
async def test_committed_aborted_and_open_transactions(cluster, topic, bridge, recovery):
    """Cold, warm and live readers; one transaction is open while all of them read, and commits in the end."""
    t = topic(2)
    done, open_ = TransactionalProducer(cluster.bootstrap), TransactionalProducer(cluster.bootstrap)
    t.wrote(done, open_)
    await asyncio.to_thread(fill_with_transactions, done, t, 600)
    stable = await asyncio.to_thread(cluster.offsets, t.name, -1)
    open_.begin()
    await asyncio.to_thread(fill, open_, t, 20)
    await asyncio.to_thread(fill_with_transactions, done, t, 200, seed="behind it")
    clients = []
    for warm in ("0", "30m"):
        b = bridge(t, warm=warm)
        for start in ("live", "earliest"):
            clients.append(await Subscriber({t.name: start}).connect(b.port))
            begun = position.parse(await clients[-1].subscribed(t.name))[1]
            if start == "live":
                assert {p: e.next for p, e in begun.items()} == stable, "live is the last stable offset"
    for client in clients:
        await client.reach(t.name, stable)
        assert client.at(t.name) == stable, "nothing of an open transaction, nor behind it"
    await asyncio.to_thread(open_.commit)
    with recovery("what it held comes"):
        for client in clients:
            await client.reach(t.name, t.ends())
            await client.close()
    await asyncio.to_thread(assert_right, t, *clients)


@pytest.mark.parametrize("end", ["commit", "abort"])
async def test_an_open_transaction_is_told_after_30_s(cluster, topic, bridge, recovery, end):
    t = topic(2)
    plain, transactional = RememberingProducer(cluster.bootstrap), TransactionalProducer(cluster.bootstrap)
    t.wrote(plain, transactional)
    await asyncio.to_thread(fill, plain, t, 20)
    b = bridge(t)
    client = await Subscriber({t.name: "live"}).connect(b.port)
    await client.subscribed(t.name)
    transactional.begin()
    await asyncio.to_thread(fill, transactional, t, 1)  # in partition 0
    await asyncio.to_thread(fill, plain, t, 20, seed="behind it")
    with recovery("told"):
        await client.until(lambda: held(client), "held_by_transaction")
    told = held(client)[0]
    assert (told["channel"], told["p"], told["held_by_transaction"], told["stable"]) == (t.name, 0, True, 10)
    late = await Subscriber({t.name: "live"}).connect(b.port)
    await late.until(lambda: held(late), "the same for who comes later")
    await asyncio.to_thread(transactional.commit if end == "commit" else transactional.abort)
    with recovery("told that it is over"):
        for each in (client, late):
            await each.until(lambda: not held(each)[-1]["held_by_transaction"], "its end")
    for each in (client, late):
        await each.reach(t.name, t.ends())
        await each.close()
    await asyncio.to_thread(assert_right, t, client, late)


@pytest.mark.everyday
async def test_an_aborted_tail_with_nothing_after_it(cluster, topic, bridge, recovery, tmp_path):
    """Clients move past it, live and replaying, and when it expires nobody is told of a gap."""
    t = topic(2)
    plain, transactional = RememberingProducer(cluster.bootstrap), TransactionalProducer(cluster.bootstrap)
    t.wrote(plain, transactional)
    await asyncio.to_thread(fill, plain, t, 100)
    b = bridge(t)
    live = await Subscriber({t.name: "live"}).connect(b.port)
    await live.subscribed(t.name)
    transactional.begin()
    await asyncio.to_thread(fill, transactional, t, 60)
    await asyncio.to_thread(transactional.abort)
    end = await asyncio.to_thread(cluster.offsets, t.name, -1)
    cold = await Subscriber({t.name: "earliest"}).connect(b.port)
    with recovery("covered"):
        for client in (live, cold):
            await client.reach(t.name, end)
            await client.cut()
    await asyncio.to_thread(cluster.delete_records, t.name, end, tmp_path)
    for client in (live, cold):
        await client.connect(b.port)
        await client.subscribed(t.name)
    await asyncio.to_thread(fill, plain, t, 20, seed="after")
    for client in (live, cold):
        await client.reach(t.name, t.ends())
        await client.close()
    await asyncio.to_thread(assert_right, t, live, cold)
    gaps = [e.text for client in (live, cold) for e in client.receipts.events if e.text and '"gap"' in e.text]
    assert not gaps


async def test_a_producer_that_died_within_a_transaction(cluster, topic, bridge, recovery):
    """Kafka aborts it after its timeout; nothing of it comes and everything behind it does."""
    t = topic(1)
    plain = RememberingProducer(cluster.bootstrap)
    dying = TransactionalProducer(cluster.bootstrap, **{"transaction.timeout.ms": 5000})
    t.wrote(plain)
    b = bridge(t)
    client = await Subscriber({t.name: "live"}).connect(b.port)
    await client.subscribed(t.name)
    dying.begin()
    await asyncio.to_thread(fill, dying, t, 30)
    with recovery("aborted by Kafka, read on"):
        await asyncio.to_thread(fill, plain, t, 30, seed="behind it")
        await client.reach(t.name, t.ends())
    await client.close()
    await asyncio.to_thread(assert_right, t, client)
    assert client.updates == 30
