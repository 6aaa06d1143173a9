#include "kafka/producer.h"

namespace tailrace {
namespace {

constexpr int kWaitForRoom = 50;  // milliseconds

// The fields of one record in the form librdkafka takes.
class Fields {
 public:
  explicit Fields(const NewRecord& record) : topic_(record.topic) {
    add(RD_KAFKA_VTYPE_TOPIC).u.cstr = topic_.c_str();
    add(RD_KAFKA_VTYPE_MSGFLAGS).u.i = RD_KAFKA_MSG_F_COPY;
    add(RD_KAFKA_VTYPE_TIMESTAMP).u.i64 = record.timestamp;
    if (record.partition) add(RD_KAFKA_VTYPE_PARTITION).u.i32 = *record.partition;
    if (record.key) add(RD_KAFKA_VTYPE_KEY).u.mem = memory(*record.key);
    if (record.value) add(RD_KAFKA_VTYPE_VALUE).u.mem = memory(*record.value);
    names_.reserve(record.headers.size());
    for (const auto& [name, value] : record.headers) add_header(name, value);
  }

  rd_kafka_error_t* produce(rd_kafka_t* kafka) const { return rd_kafka_produceva(kafka, fields_.data(), fields_.size()); }

 private:
  rd_kafka_vu_t& add(rd_kafka_vtype_t type) {
    fields_.push_back({});
    fields_.back().vtype = type;
    return fields_.back();
  }

  using Memory = decltype(rd_kafka_vu_t::u.mem);
  static Memory memory(std::string_view bytes) { return {const_cast<char*>(bytes.data()), bytes.size()}; }

  void add_header(std::string_view name, const Bytes& value) {
    auto& header = add(RD_KAFKA_VTYPE_HEADER).u.header;
    header.name = names_.emplace_back(name).c_str();
    header.val = value ? value->data() : nullptr;
    header.size = value ? static_cast<ssize_t>(value->size()) : 0;
  }

  std::string topic_;
  std::vector<std::string> names_;
  std::vector<rd_kafka_vu_t> fields_;
};

}  // namespace

Producer::Producer(const KafkaSettings& settings)
    : handle_(settings, RD_KAFKA_PRODUCER, {{"acks", "all"}, {"linger.ms", "5"}},
              [this](const rd_kafka_message_t& message) { count(message); }) {}

Producer::~Producer() { rd_kafka_purge(handle_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT); }

bool Producer::answers(int timeout_ms) {
  const struct rd_kafka_metadata* metadata = nullptr;
  const auto error = rd_kafka_metadata(handle_.get(), 0, nullptr, &metadata, timeout_ms);
  const MetadataPtr owned(metadata);
  handle_.serve();
  return error == RD_KAFKA_RESP_ERR_NO_ERROR;
}

std::optional<std::string> Producer::send(const NewRecord& record) {
  const Fields fields(record);
  handle_.serve();
  while (rd_kafka_error_t* error = fields.produce(handle_.get())) {
    const bool full = rd_kafka_error_code(error) == RD_KAFKA_RESP_ERR__QUEUE_FULL;
    const std::string why = rd_kafka_error_string(error);
    rd_kafka_error_destroy(error);
    if (!full) return why;
    rd_kafka_poll(handle_.get(), kWaitForRoom);
  }
  return std::nullopt;
}

bool Producer::flush(int timeout_ms) { return rd_kafka_flush(handle_.get(), timeout_ms) == RD_KAFKA_RESP_ERR_NO_ERROR; }

void Producer::count(const rd_kafka_message_t& message) {
  if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    ++delivered_;
    return;
  }
  ++failed_;
  trouble_ = rd_kafka_err2str(message.err);
}

}  // namespace tailrace
