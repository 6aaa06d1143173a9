"""The witnesses themselves: what producers had acknowledged and what Kafka's consumer saw agree, to the byte."""

import pytest

from harness.load import fill, fill_with_transactions
from harness.producer import RememberingProducer, TransactionalProducer

pytestmark = pytest.mark.quick


def test_producer_and_consumer_agree_on_every_kind_of_record(kafka, topic):
    t = topic()
    plain, transactional = RememberingProducer(kafka.bootstrap), TransactionalProducer(kafka.bootstrap)
    t.wrote(plain, transactional)
    fill(plain, t, 500)
    fill_with_transactions(transactional, t, 300)
    truth = t.truth()
    assert list(truth.disagreements()) == []
    assert len(truth.seen) == 500 + 200
    assert len(truth.aborted) == 100
    assert {type(r.value) for r in truth.seen.values()} == {bytes, type(None)}
    assert any(r.headers for r in truth.seen.values())


def test_deleted_records_are_known_as_lost(kafka, topic, tmp_path):
    t = topic(1)
    plain = RememberingProducer(kafka.bootstrap)
    t.wrote(plain)
    fill(plain, t, 100)
    kafka.delete_records(t.name, {0: 40}, tmp_path)
    truth = t.truth()
    assert list(truth.disagreements()) == []
    assert truth.kept == {0: 40}
    assert truth.lost(0, 39) and not truth.lost(0, 40)
    assert truth.offsets(0, 0, 100) == list(range(100))
