"""The checker's word on a test's clients."""

from checker.check import faults


def assert_right(topic, *subscribers, to_the_end=True, resets=(), truth=None, channel=None):
    """Every client of a Topic's channel got what it should; returns the truth. The topic's producers are done."""
    truth = truth or topic.truth()
    channel = channel or topic.name
    until = {channel: truth.ends()} if to_the_end else {}
    found = [f"client {number}: {fault}" for number, subscriber in enumerate(subscribers)
             for fault in faults({channel: truth}, subscriber.receipts, until, resets)]
    assert not found, f"{len(found)} faults:\n" + "\n".join(found[:30])
    return truth
