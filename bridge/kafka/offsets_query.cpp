#include "kafka/offsets_query.h"

#include <map>

namespace tailrace {
namespace {

// The library compares every partition with every other, so not too many at a time.
constexpr std::size_t kAtATime = 500;

using Asked = std::vector<OffsetQuestion*>;

Result<void> ask(Handle& handle, const Asked& questions, Millis time, int timeout_ms) {
  const TopicPartitionsPtr list(rd_kafka_topic_partition_list_new(static_cast<int>(questions.size())));
  for (const OffsetQuestion* question : questions)
    rd_kafka_topic_partition_list_add(list.get(), question->topic->c_str(), question->partition)->offset = time;
  if (const auto error = rd_kafka_offsets_for_times(handle.get(), list.get(), timeout_ms))
    return Error{"unavailable", rd_kafka_err2str(error)};
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const rd_kafka_topic_partition_t& answer = list->elems[i];
    const bool untouched = answer.offset == time && time != 0;  // at time 0 the answer may well be offset 0
    questions[i]->answer = answer.err || answer.offset < 0 || untouched ? kUnknown : answer.offset;
  }
  return {};
}

// Of each leader by itself; true when at least one answered.
bool ask_each(Handle& handle, const Asked& questions, Millis time) {
  constexpr int kTimeout = 1000;  // they had theirs already
  std::map<std::int32_t, Asked> by_leader;
  for (OffsetQuestion* question : questions) by_leader[question->leader].push_back(question);
  if (by_leader.size() < 2) return false;
  bool answered = false;
  for (const auto& [leader, own] : by_leader) answered = ask(handle, own, time, kTimeout).has_value() || answered;
  return answered;
}

}  // namespace

Result<void> ask_offsets(Handle& handle, std::vector<OffsetQuestion>& questions, Millis time, int timeout_ms) {
  Result<void> failure;
  bool answered = questions.empty();
  Asked some;
  for (OffsetQuestion& question : questions) {
    some.push_back(&question);
    if (some.size() < kAtATime && &question != &questions.back()) continue;
    const auto result = ask(handle, some, time, timeout_ms);
    if (result || ask_each(handle, some, time))
      answered = true;
    else
      failure = result;
    some.clear();
  }
  return answered ? Result<void>() : failure;
}

}  // namespace tailrace
