"""Positions that are wrong in every way: coded, bounded, never a wrong record."""

import pytest

from checker import position
from harness.client import Subscriber
from harness.load import fill
from harness.producer import RememberingProducer
from harness.verdict import assert_right

pytestmark = pytest.mark.asan


@pytest.fixture(scope="module")
def full(kafka, shared_topic):
    """Two partitions of a hundred records, for all tests that only read."""
    return filled(kafka, shared_topic)[0]


@pytest.fixture(scope="module")
def known(full):
    return full.truth()


@pytest.fixture(scope="module")
def reader(full, shared_bridge):
    return shared_bridge(full)


def filled(kafka, make_topic):
    t = make_topic(2)
    producer = RememberingProducer(kafka.bootstrap)
    t.wrote(producer)
    fill(producer, t, 200)
    return t, producer


async def epoch_of(b, t):
    subscriber = await Subscriber({t.name: "live"}).connect(b.port)
    text = await subscriber.subscribed(t.name)
    await subscriber.close()
    return position.parse(text)[0]


def another(epoch):
    return f"{int(epoch, 16) ^ 1:08x}"


async def resume(b, t, text, start="earliest"):
    subscriber = Subscriber({t.name: {"from": {"position": text}, "start": start}})
    return await subscriber.connect(b.port)


def counted(b, reason):
    return b.counted("tailrace_resets_sent_total", reason=reason)


@pytest.mark.quick
async def test_position_of_another_channel_is_reset(full, known, reader):
    t, b, epoch = full, reader, await epoch_of(reader, full)
    with counted(b, "channel_changed"):
        subscriber = await resume(b, t, f"v1.{another(epoch)}.0:50,1:60")
        await subscriber.reach(t.name, t.ends())
    await subscriber.close()
    assert subscriber.control("reset").body["reason"] == "channel_changed"
    assert subscriber.control("reset").body["position"].startswith(f"v1.{epoch}.0:0,1:0")
    assert_right(t, subscriber, truth=known, resets={"channel_changed"})


@pytest.mark.quick
async def test_reset_goes_on_at_start_not_at_live(full, known, reader):
    t, b, epoch = full, reader, await epoch_of(reader, full)
    subscriber = await resume(b, t, f"v1.{another(epoch)}.0:50,1:60", start={"last": 20})
    await subscriber.reach(t.name, t.ends())
    await subscriber.close()
    assert subscriber.updates == 20
    assert_right(t, subscriber, truth=known, resets={"channel_changed"})


@pytest.mark.quick
async def test_position_names_a_partition_that_is_not_there(full, known, reader):
    t, b, epoch = full, reader, await epoch_of(reader, full)
    with counted(b, "recreated"):
        subscriber = await resume(b, t, f"v1.{epoch}.0:50,1:60,7:3")
        await subscriber.until(lambda: subscriber.control("reset"), "the reset")
    await subscriber.reach(t.name, t.ends())
    await subscriber.close()
    assert subscriber.control("reset").body["reason"] == "recreated"
    assert_right(t, subscriber, truth=known, resets={"recreated"})


@pytest.mark.quick
async def test_position_without_entries_is_new_everywhere(full, known, reader):
    t, b, epoch = full, reader, await epoch_of(reader, full)
    subscriber = await resume(b, t, f"v1.{epoch}.")
    await subscriber.reach(t.name, t.ends())
    await subscriber.close()
    assert subscriber.updates == 200
    assert_right(t, subscriber, truth=known)


@pytest.mark.quick
async def test_position_a_little_ahead_waits_for_the_log(kafka, topic, bridge):
    """As from a bridge that was faster: the records come once, and nothing of what the client has."""
    t, producer = filled(kafka, topic)
    b = bridge(t)
    epoch = await epoch_of(b, t)
    subscriber = await resume(b, t, f"v1.{epoch}.0:105,1:100")
    await subscriber.subscribed(t.name)
    fill(producer, t, 40)
    await subscriber.reach(t.name, t.ends())
    await subscriber.close()
    assert subscriber.updates == 15 + 20
    assert subscriber.control("reset") is None
    assert_right(t, subscriber)


async def test_position_far_ahead_is_reset_on_evidence(full, known, reader):
    t, b, epoch = full, reader, await epoch_of(reader, full)
    with counted(b, "position_invalid"):
        subscriber = await resume(b, t, f"v1.{epoch}.0:9007199254740991,1:60")
        await subscriber.until(lambda: subscriber.control("reset"), "the reset")
    await subscriber.reach(t.name, t.ends())
    await subscriber.close()
    assert subscriber.control("reset").body["reason"] == "position_invalid"
    assert_right(t, subscriber, truth=known, resets={"position_invalid"})


@pytest.mark.quick
@pytest.mark.parametrize("count,code", [(1000, None), (1001, "position_invalid")])
async def test_a_thousand_partitions_are_a_position(full, reader, count, code):
    """Beyond the topic's two: recreated. Beyond the limit: an error."""
    t, b, epoch = full, reader, await epoch_of(reader, full)
    text = f"v1.{epoch}." + ",".join(f"{p}:1234567890~9.9f3a12c4" for p in range(count))
    subscriber = await resume(b, t, text)
    await subscriber.until(lambda: subscriber.control("reset") or subscriber.control("error"), "an answer")
    if code:
        assert subscriber.control("error").body["code"] == code
    else:
        assert subscriber.control("reset").body["reason"] == "recreated"
    await subscriber.close()


async def test_position_too_long_for_a_message(full, reader):
    t, b, epoch = full, reader, await epoch_of(reader, full)
    text = f"v1.{epoch}." + ",".join(f"{p}:1234567890~9.9f3a12c4" for p in range(4000))
    subscriber = await resume(b, t, text)
    assert await subscriber.ended() == 1009


@pytest.mark.quick
async def test_garbage_positions_leave_the_connection_as_it_was(kafka, topic, bridge):
    t, producer = filled(kafka, topic)
    b = bridge(t)
    epoch = await epoch_of(b, t)
    subscriber = Subscriber({})
    await subscriber.connect(b.port)
    for text in ("", "x", "v1", f"v1.{epoch}.0:-1", f"v1.{epoch}.1:1,0:1", "v1.zzzzzzzz.0:1", "\u0000", "v1." + "9" * 60000):
        reply = await subscriber.reply(await subscriber.ask("subscribe", channel=t.name, **{"from": {"position": text}}))
        assert reply.body["code"] == "position_invalid"
    subscriber.wants[t.name] = "live"
    await subscriber.subscribe(t.name)
    await subscriber.subscribed(t.name)
    fill(producer, t, 20)
    await subscriber.reach(t.name, t.ends())
    await subscriber.close()
    assert subscriber.updates == 20
    assert_right(t, subscriber)
