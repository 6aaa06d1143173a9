"""Records above what is fetched at once: whole up to the channel's limit, as a placeholder above it, and nothing stops."""

import pytest

from harness.client import Subscriber
from steps import finished, joined, reached, written

LARGE, HUGE = 900 << 10, 5 << 20  # below and above what a channel carries as it is (1 MiB); above what is fetched at once


def of_size(size):
    return lambda rng, n: b'{"n":%d,"pad":"%s"}' % (n, b"x" * size)


async def all_sizes(t):
    """One after the other, in each partition."""
    for size in (10, HUGE, 100, LARGE, HUGE, 10):
        await written(t, t.partitions, value=of_size(size), seed=size)


@pytest.mark.everyday
@pytest.mark.parametrize("settings", [
    pytest.param([], id="by-default", marks=pytest.mark.further),
    pytest.param(["fetch.message.max.bytes=10000", "fetch.max.bytes=20000", "message.max.bytes=10000"], id="small-fetches")])
async def test_records_above_the_fetch_sizes(topic, bridge, recovery, during, settings):
    """Cold, live, and warm."""
    t = topic(2, max_message_bytes=16 << 20)
    await all_sizes(t)
    b = bridge(t, warm="0", kafka=settings)
    live, cold = await joined(b, t, "live", "earliest")
    with recovery("read from Kafka"):
        await reached(t, cold)
    async with during.making(b, live, cold):
        await all_sizes(t)
    with recovery("live"):
        await reached(t, live)
    b = bridge(t, warm="30m", kafka=settings)
    warm = await Subscriber({t.name: "earliest"}).connect(b.port)
    with recovery("by a bridge that warms up"):
        await reached(t, warm)
    await finished(t, live, cold, warm)
    assert cold.updates == len(t.acked())
    placeholders = [e.text.count('"reason":"too_large"') for e in cold.receipts.events if e.text]
    assert sum(placeholders) == 2 * 2 * t.partitions, "what is too large, and no more"
