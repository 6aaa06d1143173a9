// One topic being read: its partitions on librdkafka's side, its Source on ours, and what to do when they disagree.
// Lives on the polling thread; owned by the poller. librdkafka hands its address back with every message.
//
//   reading ──error──► in trouble ──check──► verifier ──answer──► reading, behind a gap
//                                                          └────► reset: another log
#pragma once

#include "kafka/check.h"
#include "kafka/handle.h"
#include "kafka/source.h"
#include "kafka/tally.h"

#include <optional>
#include <string>
#include <vector>

namespace tailrace {

class Reading {
 public:
  // `kafka`, `queue` and `probe` must outlive it.
  Reading(rd_kafka_t* kafka, rd_kafka_queue_t* queue, IngestProbe& probe, Source source);
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  const ChannelPtr& channel() const { return source_.channel(); }
  Source& source() { return source_; }
  Tally& tally() { return tally_; }

  void begin(const Offsets& start, const Offsets& live);
  void begin_partition(Partition partition, Offset start);
  void retire();  // the topic has no channel any more
  bool retired() const { return retired_; }
  void return_as(ChannelPtr channel);  // it has one again: begin() follows
  void refuse();  // Kafka refuses the topic: nothing of it is read

  // A message or an error of one of its partitions; `record` is scratch. True when it was a record.
  bool take(const rd_kafka_message_t& message, Record& record);

  // What the verifier should look at now, if anything: everything, and thoroughly, when something is suspected; else what is
  // in question and, where `routine`, the partitions that moved since they were looked at last.
  std::optional<CheckRequest> ask(Millis now, bool routine);
  void suspect(const char* why);
  bool asked() const { return asked_; }  // and not answered yet
  bool uneasy() const { return suspected_ || troubled_; }
  bool heed(const CheckAnswer& answer);  // true when the topic is another one, read from its beginning now
  // What stands before those starts, where that is something.
  std::optional<LearnRequest> ask_roots(const std::vector<std::pair<Partition, Offset>>& starts) const;
  void heed(const LearnAnswer& answer);

  ChannelNumbers numbers();
  // Has what stood still for long, although there is more, looked at: it may be undecodable. Else it starts anew.
  void unstick(Millis now);

 private:
  struct Lane {
    Offset consumed_from = kUnknown;  // by librdkafka; kUnknown while it does not
    bool out_of_range = false;
    bool undecodable = false;
    bool doubted = false;  // perhaps undecodable, though nobody said so; perhaps slow
    bool unanswered = false;  // what was suspected of it is still unknown
    Offset asked = kUnknown;     // its `next` when it was asked about last
    Millis asked_at = 0;
    Offset verified = kUnknown;  // what stands before it was there when it was looked at last
    Offset verified_lately = kUnknown;    // … some seconds before that
    Offset verified_long_ago = kUnknown;  // … and before that: surely before what is suspected now
    Millis turned = 0;                    // when these three moved on
    Offset stuck_at = kUnknown;
    Millis stuck_since = 0;
    Millis patience = 0;  // until it is looked at
    bool troubled() const { return out_of_range || undecodable; }
    bool in_question() const { return troubled() || doubted; }
    void verify(Offset next, Millis now);
  };

  Lane& lane(Partition partition);
  void stop_all();
  void consume(Partition partition, Offset offset);
  void stop(Partition partition);
  void take_error(const rd_kafka_message_t& message);
  void deny();  // subscribers are told, once
  void repair(const CheckAnswer& answer);
  void recreate(const CheckAnswer& answer);
  void truncate(const CheckAnswer& answer);
  void unstick(Partition partition, Millis now);
  void resume_if_denied();

  rd_kafka_queue_t* queue_;
  IngestProbe& probe_;
  Source source_;
  Tally tally_;
  TopicPtr topic_;
  std::vector<Lane> lanes_;
  std::uint64_t generation_ = 0;
  bool suspected_ = false;
  bool troubled_ = false;  // a lane is in question
  bool asked_ = false;  // an answer is under way
  Millis ask_after_ = 0;
  Millis asked_at_ = 0;
  bool denied_ = false;
  bool retired_ = false;
};

}  // namespace tailrace
