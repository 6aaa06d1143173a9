"""Every fault that a bridge is to survive: its test, which says how long recovery took, and in which the bridge is killed too."""

import inspect

import pytest

import test_bridge
import test_brokers
import test_corrupt
import test_deleted
import test_growth
import test_network
import test_recreated
import test_transactions
import test_unclean

FAULTS = {
    "broker kill -9": test_brokers.test_broker_killed,
    "broker SIGSTOP for 20 s and back": test_brokers.test_broker_frozen_for_20_s,
    "all brokers down and back": test_brokers.test_all_brokers_down_and_back,
    "rolling restart": test_brokers.test_rolling_restart,
    "leader election": test_brokers.test_leaders_elected_anew,
    "unclean election": test_unclean.test_unclean_election,
    "200 ms latency, 64 kB/s, 1-byte writes": test_network.test_a_bad_link,
    "connection resets": test_network.test_connections_are_reset,
    "black hole": test_network.test_a_black_hole,
    "Kafka down at start": test_network.test_kafka_is_down_at_the_start,
    "bridge SIGSTOP for 20 s": test_bridge.test_frozen_for_20_s,
    "retention by size and by time during replay": test_deleted.test_retention_during_a_replay,
    "delete-records at readers": test_deleted.test_delete_records_behind_at_and_ahead_of_readers,
    "delete-records ahead of readers": test_deleted.test_delete_records_ahead_of_the_bridge,
    "compaction under a reader": test_deleted.test_compaction_under_a_reader,
    "aborted, committed, open transactions": test_transactions.test_committed_aborted_and_open_transactions,
    "an aborted tail with nothing after it": test_transactions.test_an_aborted_tail_with_nothing_after_it,
    "partition growth": test_growth.test_partitions_are_added,
    "recreated under clients": test_recreated.test_recreated_under_connected_clients,
    "recreated while they are away": test_recreated.test_recreated_while_clients_are_away,
    "truncated segment": test_unclean.test_a_segment_that_was_cut_off,
    "corrupt batches": test_corrupt.test_corrupt_batches,
    "batches of no records": test_corrupt.test_records_that_are_none,
    "descriptors exhausted": test_bridge.test_descriptors_exhausted,
    "clock jumping": test_bridge.test_the_clock_jumps,
}


@pytest.mark.everyday
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_timed_and_the_bridge_killed_within_it(fault):
    wanted = set(inspect.signature(FAULTS[fault]).parameters)
    assert "ride" in wanted or ("recovery" in wanted and wanted & {"during", "restarted"})
