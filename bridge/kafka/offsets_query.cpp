#include "kafka/offsets_query.h"

#include <algorithm>
#include <span>

namespace tailrace {
namespace {

// The library compares every partition with every other, so not too many at a time.
constexpr std::size_t kAtATime = 500;

Result<void> ask(Handle& handle, std::span<OffsetQuestion> questions, Millis time, int timeout_ms) {
  const TopicPartitionsPtr list(rd_kafka_topic_partition_list_new(static_cast<int>(questions.size())));
  for (const OffsetQuestion& question : questions)
    rd_kafka_topic_partition_list_add(list.get(), question.topic->c_str(), question.partition)->offset = time;
  if (const auto error = rd_kafka_offsets_for_times(handle.get(), list.get(), timeout_ms))
    return Error{"unavailable", rd_kafka_err2str(error)};
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const rd_kafka_topic_partition_t& answer = list->elems[i];
    const bool untouched = answer.offset == time && time != 0;  // at time 0 the answer may well be offset 0
    questions[i].answer = answer.err || answer.offset < 0 || untouched ? kUnknown : answer.offset;
  }
  return {};
}

}  // namespace

Result<void> ask_offsets(Handle& handle, std::vector<OffsetQuestion>& questions, Millis time, int timeout_ms) {
  std::span<OffsetQuestion> rest(questions);
  while (!rest.empty()) {
    const std::size_t count = std::min(kAtATime, rest.size());
    if (auto result = ask(handle, rest.first(count), time, timeout_ms); !result) return result;
    rest = rest.subspan(count);
  }
  return {};
}

}  // namespace tailrace
