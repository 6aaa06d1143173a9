// Asks Kafka everything that needs waiting: which topics and partitions there are, where they begin and end, whether
// anyone answers at all. Owned by Ingest; lives on a thread of its own with its own handle, and tells what it saw
// through a function that must be safe to call from that thread.
#pragma once

#include "kafka/handle.h"
#include "kafka/ingest_limits.h"
#include "kafka/offsets_query.h"
#include "kafka/sighting.h"
#include "kafka/topic_filter.h"
#include "kafka/topic_watch.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace tailrace {

class Scout {
 public:
  using Tell = std::function<void(Sighting)>;

  Scout(const KafkaSettings& settings, const std::vector<ChannelSpec>& specs, IngestLimits limits, Tell tell);
  ~Scout();  // waits for the question under way, at most a few seconds
  void start();

  // Other channels from now on. Any thread; throws StartError on a pattern that is none.
  void change(std::vector<ChannelSpec> specs);

  // The topic is another one, and is being read from its beginning. Any thread.
  void restarted(std::string topic, std::size_t partitions);

 private:
  void apply(std::vector<ChannelSpec> specs, TopicFilter filter);
  void know_names();
  void look_and_wait();
  void look();
  MetadataPtr ask_metadata(bool all);
  bool know_cluster();
  void note_answer(bool answered);
  void notice_all(const struct rd_kafka_metadata& metadata);
  void notice_missing(const std::string& name, std::size_t spec);
  void notice(const rd_kafka_metadata_topic& seen);
  void tell_presence();
  TopicWatch& watch(const std::string& topic, std::size_t spec);
  bool ask_starts();
  void tell_starts();
  void look_at_ends();
  void tell_watermarks(const std::string& name, TopicWatch& topic);
  void look_for_open_transactions();
  void tell_transaction(const std::string& name, Partition partition, TopicWatch::Part& part, Offset end);
  std::vector<OffsetQuestion> questions() const;  // about every partition that has a leader

  const KafkaSettings settings_;
  Handle handle_;
  Handle uncommitted_;  // sees the ends beyond open transactions
  std::vector<ChannelSpec> specs_;
  TopicFilter filter_;
  const IngestLimits limits_;
  const Tell tell_;
  std::map<std::string, TopicPtr> named_;  // makes their names known to the handle, which they must not outlive
  std::map<std::string, TopicWatch> topics_;
  std::string cluster_;
  bool looked_ = false;  // at least one good look
  bool all_told_ = false;
  bool reachable_ = false;
  bool told_ = false;  // whether it is reachable
  int failures_ = 0;   // to get an answer, in a row
  Millis next_transactions_ = 0;
  boost::asio::io_context context_;
  boost::asio::steady_timer timer_{context_};
  std::jthread thread_;
};

}  // namespace tailrace
