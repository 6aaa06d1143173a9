"""Every place where a subscription can start and end."""

import asyncio
import itertools
import time

import pytest

from checker import position
from checker.check import Check
from checker.frames import Cover, parse
from harness.client import Subscriber, WireTransport
from harness.load import fill, fill_with_transactions
from harness.producer import RememberingProducer, TransactionalProducer
from harness.verdict import assert_right

pytestmark = [pytest.mark.quick, pytest.mark.asan]
T0 = (int(time.time()) - 600) * 1000


def filled(kafka, make_topic, count=1200, partitions=4, step=250):
    """A topic whose records lie `step` ms apart, partition by turn, from T0 on, then transactions, one aborted. Times
    ascend, markers included: they carry the moment of the commit, and Kafka's search by time finds them too."""
    t = make_topic(partitions)
    transactional, producer = TransactionalProducer(kafka.bootstrap), RememberingProducer(kafka.bootstrap)
    t.wrote(transactional, producer)
    for n in range(count):
        producer.send(t.name, b'{"n":%d}' % n, partition=n % partitions, timestamp=T0 + n * step)
    producer.flush()
    for number in range(3):
        transactional.begin()
        for n in range(20):
            transactional.send(t.name, b'{"tx":%d}' % n, partition=n % partitions, timestamp=T0 + 400_000 + 100 * number + n)
        transactional.abort() if number == 1 else transactional.commit()
    return t


@pytest.fixture(scope="module")
def history(kafka, shared_topic):
    """One `filled` topic for all tests that only read."""
    return filled(kafka, shared_topic)


@pytest.fixture(scope="module")
def known(history):
    """What Kafka holds of it."""
    return history.truth()


@pytest.fixture(scope="module", params=["0", "30m"], ids=["cold", "warm"])
def reader(request, history, shared_bridge):
    """A bridge that has all of the history to ask Kafka for, and one that read back what it could."""
    return shared_bridge(history, warm=request.param)


def places(text):
    return {p: entry.next for p, entry in position.parse(text)[1].items()}


def starts_at_time(truth, at):
    """Per partition the first known record at or after the time, else one past the last: (at least, at most).

    Between the last record before it and that record there may be markers and aborted records: any of those will do."""
    bounds = {}
    for p in truth.partitions():
        before = [o for o in truth.offsets(p, 0, 1 << 53) if truth.known(p, o).record.timestamp < at]
        after = [o for o in truth.offsets(p, 0, 1 << 53) if truth.known(p, o).record.timestamp >= at]
        bounds[p] = (before[-1] + 1 if before else 0, after[0] if after else None)
    return bounds


async def collect(b, t, from_, until=None, **more):
    """A subscriber that went from `from_` to the topic's end."""
    subscriber = await Subscriber({t.name: {"from": from_, **more} if more else from_}).connect(b.port)
    await subscriber.subscribed(t.name)
    await subscriber.reach(t.name, until or t.ends())
    await subscriber.close()
    return subscriber


async def test_earliest_brings_everything(history, known, reader):
    subscriber = await collect(reader, history, "earliest")
    assert_right(history, subscriber, truth=known)
    assert subscriber.updates == 1240


async def test_earliest_starts_where_kafka_still_has_records(kafka, topic, bridge, tmp_path):
    t = filled(kafka, topic)
    kafka.delete_records(t.name, {0: 100, 2: 33}, tmp_path)
    b = bridge(t, warm="0")
    subscriber = await Subscriber({t.name: "earliest"}).connect(b.port)
    assert places(await subscriber.subscribed(t.name)) == {0: 100, 1: 0, 2: 33, 3: 0}
    await subscriber.reach(t.name, t.ends())
    await subscriber.close()
    assert_right(t, subscriber)


async def test_warm_reads_back_no_more_than_memory_may_hold(kafka, topic, bridge):
    """Three minutes of 60,000 records are wanted and a megabyte is given; and what is not in memory comes out of Kafka."""
    t = topic(4)
    producer = RememberingProducer(kafka.bootstrap)
    t.wrote(producer)
    fill(producer, t, 60_000, value=lambda _, number: b"%d" % number)
    b = bridge(t, warm="3m", memory="1M")
    b.wait_ready()
    subscriber = await Subscriber({t.name: "earliest"}).connect(b.port)
    await subscriber.reach(t.name, t.ends())
    await subscriber.close()
    assert_right(t, subscriber)
    read_back = b.metric("tailrace_ingest_records_total")
    assert 1_000 < read_back < 30_000


async def test_time_starts_at_the_first_record_then(history, known, reader):
    for at in (0, T0 - 120_000, T0, T0 + 1000, T0 + 100_999, T0 + 299_000, T0 + 10_000_000):
        subscriber = await collect(reader, history, {"time": at})
        assert_right(history, subscriber, truth=known)
        started = places(subscriber.control("subscribed").body["position"])
        for p, (low, high) in starts_at_time(known, at // 1000 * 1000).items():
            assert low <= started[p] and (high is None or started[p] <= high), (at, p, started)


async def test_relative_time_starts_that_long_ago(kafka, topic, bridge):
    t = topic(2)
    producer = RememberingProducer(kafka.bootstrap)
    t.wrote(producer)
    fill(producer, t, 100)
    b = bridge(t, warm="0")
    all_ = await collect(b, t, "-1h")
    assert_right(t, all_)
    assert all_.updates == 100
    old = topic(2, retention_ms=-1)
    old.wrote(producer)
    fill(producer, old, 100, timestamp=T0 - 7_200_000)
    fill(producer, old, 10)
    b = bridge(old, warm="0")
    recent = await collect(b, old, "-1h")
    assert_right(old, recent)
    assert recent.updates == 10


@pytest.mark.parametrize("count", [1, 7, 100, 1240, 9999])
async def test_last_n_are_the_newest_of_the_channel(history, known, reader, count):
    subscriber = await collect(reader, history, {"last": count})
    assert_right(history, subscriber, truth=known)
    all_ = sorted((known.known(p, o).record.timestamp, p, o) for p in known.partitions() for o in known.offsets(p, 0, 1 << 53))
    started = places(subscriber.control("subscribed").body["position"])
    assert all(o >= started[p] for _, p, o in all_[-count:]), "the newest are among them"
    assert subscriber.updates == min(count, len(all_)), "and, as times ascend, nothing else"


async def test_last_n_looks_past_partitions_without_recent_records(kafka, topic, bridge):
    """One partition holds all the newest; another only old ones; a third nothing; a fourth ends in aborted records."""
    t = topic(4, retention_ms=-1)
    producer, transactional = RememberingProducer(kafka.bootstrap), TransactionalProducer(kafka.bootstrap)
    t.wrote(producer, transactional)
    for n in range(300):
        producer.send(t.name, b"%d" % n, partition=0, timestamp=T0 + 1_000_000 + n)
        producer.send(t.name, b"%d" % n, partition=1, timestamp=T0 + n)
        producer.send(t.name, b"%d" % n, partition=3, timestamp=T0 + 500_000 + n)
    producer.flush()
    for _ in range(3):
        transactional.begin()
        for n in range(50):
            transactional.send(t.name, b"aborted", partition=3, timestamp=T0 + 2_000_000)
        transactional.abort()
    b = bridge(t, warm="0")
    subscriber = await collect(b, t, {"last": 310})
    assert_right(t, subscriber)
    assert subscriber.updates == 310


async def test_live_starts_at_the_last_stable_offset(kafka, topic, bridge):
    """A transaction is open: its records may still commit, so a live subscriber must not start behind them."""
    t = topic(1)
    producer, transactional = RememberingProducer(kafka.bootstrap), TransactionalProducer(kafka.bootstrap)
    t.wrote(producer, transactional)
    fill(producer, t, 10)
    transactional.begin()
    fill(transactional, t, 5)
    fill(producer, t, 7)
    b = bridge(t)
    subscriber = await Subscriber({t.name: "live"}).connect(b.port)
    assert places(await subscriber.subscribed(t.name)) == {0: 10}
    transactional.commit()
    await subscriber.reach(t.name, t.ends())
    await subscriber.close()
    assert_right(t, subscriber)
    assert subscriber.updates == 12


async def test_position_says_where_each_partition_goes_on(history, known, reader):
    """A partition it lacks is new and starts at 0, one it has goes on, a `?` starts where `start` says."""
    wanted = f"v1.{await epoch_of(reader, history)}.0:200,2:?,3:315"
    subscriber = await collect(reader, history, {"position": wanted}, start={"time": T0 + 10_000_000})
    ends = {p: e for p, e in places(subscriber.control("subscribed").body["head"]).items()}
    started = places(subscriber.control("subscribed").body["position"])
    assert started == {0: 200, 1: 0, 2: ends[2], 3: 315}
    assert_right(history, subscriber, truth=known)


async def test_position_below_the_earliest_gets_a_gap(kafka, topic, bridge, tmp_path):
    t = filled(kafka, topic)
    kafka.delete_records(t.name, {p: 150 for p in range(4)}, tmp_path)
    b = bridge(t, warm="0")
    subscriber = await collect(b, t, {"position": f"v1.{await epoch_of(b, t)}.0:50,1:149,2:150"})
    truth = assert_right(t, subscriber)
    gaps = Check({t.name: truth}, subscriber.receipts).subscriptions[t.name].gaps
    assert sorted((g.p, g.start, g.next, g.reason) for g in gaps) == [(0, 50, 150, "expired"), (1, 149, 150, "expired"), (3, 0, 150, "expired")]
    b.poll(lambda: b.metric("tailrace_gaps_sent_total", reason="expired") == 3, "three gaps to be counted")


async def epoch_of(b, t):
    return position.parse((await collect(b, t, "live", until={})).control("subscribed").body["position"])[0]


async def test_to_a_time_ends_before_it(history, known, reader):
    for since, until in ((T0, T0 + 100_000), (T0 - 120_000, T0 + 1000), (T0 + 200_000, T0 + 10_000_000), (T0 + 50_000, T0 + 50_000),
                         (T0 + 200_000, T0 + 100_000)):
        subscriber = await range_of(reader, history, {"time": since}, {"time": until})
        assert_right(history, subscriber, truth=known, to_the_end=False)
        wanted = [n for n in range(1200) if since <= T0 + n * 250 < until]
        transactions = 40 if until > T0 + 600_000 else 0
        assert subscriber.updates == len(wanted) + transactions, (since, until)
        ended = places(subscriber.control("ended").body["position"])
        for p, (low, _) in starts_at_time(known, until).items():
            assert ended[p] >= low, (p, ended)


async def range_of(b, t, from_, to):
    subscriber = await Subscriber({t.name: {"from": from_, "to": to}}).connect(b.port)
    await subscriber.subscribed(t.name)
    await subscriber.until(lambda: subscriber.control("ended"), "the end")
    await subscriber.close()
    return subscriber


async def test_to_a_position_ends_exactly_there(history, known, reader):
    epoch = await epoch_of(reader, history)
    for ends in ({0: 17, 1: 100, 2: 1, 3: 300}, {0: 0, 1: 0, 2: 0, 3: 0}, {1: 205}):
        subscriber = await range_of(reader, history, "earliest", {"position": position.write(epoch, {p: position.Entry(e) for p, e in ends.items()})})
        assert_right(history, subscriber, truth=known, to_the_end=False)
        assert subscriber.updates == sum(len(known.offsets(p, 0, e)) for p, e in ends.items())


async def test_to_a_position_ahead_waits_for_the_records(kafka, topic, bridge):
    t = topic(1)
    producer = RememberingProducer(kafka.bootstrap)
    t.wrote(producer)
    fill(producer, t, 10)
    b = bridge(t)
    subscriber = await Subscriber({t.name: "live"}).connect(b.port)
    epoch = position.parse(await subscriber.subscribed(t.name))[0]
    await subscriber.close()
    subscriber = await Subscriber({t.name: {"from": "earliest", "to": {"position": f"v1.{epoch}.0:25"}}}).connect(b.port)
    await subscriber.reach(t.name, t.ends())
    fill(producer, t, 40)
    await subscriber.until(lambda: subscriber.control("ended"), "the end")
    assert subscriber.updates == 25
    fill(producer, t, 10)
    reply = await subscriber.reply(await subscriber.ask("unsubscribe", channel=t.name))
    assert reply.body["code"] == "not_subscribed", "an ended subscription is over"
    assert subscriber.updates == 25
    await subscriber.close()
    assert_right(t, subscriber, to_the_end=False)


async def test_positions_are_portable_between_bridges(history, known, shared_bridge):
    one, other = shared_bridge(history, warm="0"), shared_bridge(history, warm="2m")
    subscriber = Subscriber({history.name: "earliest"})
    for n, b in enumerate((one, other, one, other)):
        await subscriber.connect(b.port)
        await subscriber.until(lambda: subscriber.updates > 300 * n, f"{300 * n} updates")
        await subscriber.cut()
    await subscriber.connect(one.port)
    await subscriber.reach(history.name, history.ends())
    await subscriber.close()
    assert_right(history, subscriber, truth=known)


async def test_a_resume_that_memory_holds_reads_no_page(kafka, topic, bridge):
    """On the bridge that it knows, and on one that was started since and has read back as far."""
    t = topic(4)
    producer = RememberingProducer(kafka.bootstrap)
    t.wrote(producer)
    fill(producer, t, 4000)
    subscriber = Subscriber({t.name: "earliest"}, WireTransport, limit=150_000)
    b = bridge(t, warm="30m")
    await asyncio.to_thread(b.poll, lambda: b.metric("tailrace_ingest_records_total") == 4000, "all to be in memory")
    bridges = [b, b, None]
    for seed, b in enumerate(bridges):
        b = bridges[seed] = b or await asyncio.to_thread(bridge, t, warm="30m")
        await subscriber.connect(b.port)
        with pytest.raises(ConnectionError):  # after so many bytes
            await subscriber.reach(t.name, t.ends())
        assert any(subscriber.at(t.name).values()), "nothing to resume from"
        await subscriber.cut()
        fill(producer, t, 400, seed=seed)
    subscriber._options["limit"] = None
    await subscriber.connect(b.port)
    await subscriber.reach(t.name, t.ends())
    await subscriber.close()
    for b, name in itertools.product(bridges, ("asked", "read", "hit")):
        assert b.metric(f"tailrace_pages_{name}_total") == 0, name
    assert_right(t, subscriber)


async def test_times_tell_offsets_and_the_earliest_record(history, known, reader):
    asked = [T0 - 120_000, T0 + 500, T0 + 150_000, T0 + 10_000_000, T0]
    subscriber = await Subscriber({}).connect(reader.port)
    body = (await subscriber.reply(await subscriber.ask("times", channel=history.name, at=asked))).body
    await subscriber.close()
    assert body["at"] == [at // 1000 * 1000 for at in asked]
    assert body["earliest"] == T0
    for at, row in zip(body["at"], body["offsets"]):
        for p, (low, high) in starts_at_time(known, at).items():
            assert low <= row[p] and (high is None or row[p] <= high), (at, p, row)


async def test_times_of_an_empty_channel(topic, bridge):
    t = topic(2)
    b = bridge(t)
    subscriber = await Subscriber({}).connect(b.port)
    body = (await subscriber.reply(await subscriber.ask("times", channel=t.name, at=[T0]))).body
    await subscriber.close()
    assert body == {"channel": t.name, "at": [T0], "offsets": [[0, 0]], "earliest": None}


async def test_coverage_tells_a_quiet_partition_s_trailing_hole(kafka, topic, bridge):
    """A client in step with a partition that ends in aborted records is moved past them, so that retention makes no false gap."""
    t = topic(1)
    producer = TransactionalProducer(kafka.bootstrap)
    t.wrote(producer)
    b = bridge(t)
    subscriber = await Subscriber({t.name: "live"}).connect(b.port)
    await subscriber.subscribed(t.name)
    fill_with_transactions(producer, t, 40, size=20)
    producer.begin()
    fill(producer, t, 30)
    producer.abort()
    end = kafka.offsets(t.name, -1)
    await subscriber.reach(t.name, end)
    await subscriber.close()
    assert_right(t, subscriber)
    assert end[0] >= t.ends()[0] + 30


def abort_for(seconds, producer, t):
    """One record each; how many."""
    began, count = time.monotonic(), 0
    while time.monotonic() - began < seconds:
        producer.begin()
        fill(producer, t, 1)
        producer.abort()
        count += 1
    return count


async def test_coverage_is_told_every_few_seconds_at_most(kafka, topic, bridge):
    """However many holes there are to tell of."""
    t = topic(1)
    producer = TransactionalProducer(kafka.bootstrap)
    t.wrote(producer)
    subscriber = await Subscriber({t.name: "live"}).connect(bridge(t).port)
    await subscriber.subscribed(t.name)
    began = time.monotonic()
    aborted = await asyncio.to_thread(abort_for, 5, producer, t)
    await subscriber.reach(t.name, kafka.offsets(t.name, -1))
    took = time.monotonic() - began
    await subscriber.close()
    assert_right(t, subscriber)
    told = sum(isinstance(parse(event.text), Cover) for event in subscriber.receipts.events if event.event == "got")
    assert told <= took / 2 + 1, f"{told} in {took:.1f} s, of {aborted} holes"
