#include "kafka/handle.h"

#include "base/error.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>

namespace tailrace {
namespace {

struct ConfDeleter {
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
};
using ConfPtr = std::unique_ptr<rd_kafka_conf_t, ConfDeleter>;

// What the promise rests on; not for configuration to change.
constexpr std::string_view kReserved[] = {
    "bootstrap.servers",  "metadata.broker.list", "isolation.level",    "enable.auto.commit",
    "auto.offset.reset",  "enable.partition.eof", "check.crcs",         "group.id",
    "test.mock.num.brokers", "receive.message.max.bytes"};

void refuse_reserved(const Properties& properties) {
  for (const auto& [key, value] : properties) {
    if (std::ranges::find(kReserved, key) != std::end(kReserved))
      throw StartError("kafka: " + key + " is set by Tailrace itself and can't be changed");
  }
}

void set(rd_kafka_conf_t* conf, const std::string& key, const std::string& value) {
  char reason[256];
  if (rd_kafka_conf_set(conf, key.c_str(), value.c_str(), reason, sizeof reason) != RD_KAFKA_CONF_OK)
    throw StartError("kafka: " + key + ": " + reason);
}

void set_all(rd_kafka_conf_t* conf, const Properties& properties) {
  for (const auto& [key, value] : properties) set(conf, key, value);
}

// Of all the numbers under one key in a JSON text.
std::uint64_t sum_of(std::string_view key, std::string_view text) {
  std::uint64_t sum = 0;
  for (auto at = text.find(key); at != text.npos; at = text.find(key, at + key.size())) {
    std::uint64_t number = 0;
    std::from_chars(text.data() + at + key.size(), text.data() + text.size(), number);
    sum += number;
  }
  return sum;
}

// The library repeats itself while Kafka is away; a change of state is logged by who notices it.
void log_line(const rd_kafka_t*, int, const char* facility, const char* line) {
  spdlog::debug("librdkafka: {}: {}", facility, line);
}

}  // namespace

Properties Handle::consumer_properties(const KafkaSettings& settings) {
  return {{"isolation.level", "read_committed"},
          {"enable.auto.commit", "false"},
          {"enable.partition.eof", "true"},
          {"auto.offset.reset", "error"},
          {"check.crcs", "true"},
          {"fetch.wait.max.ms", std::to_string(settings.fetch_wait_ms)}};
}

Handle::Handle(const KafkaSettings& settings, rd_kafka_type_t type, const Properties& own, Delivered delivered) {
  callbacks_->delivered = std::move(delivered);
  refuse_reserved(settings.properties);
  ConfPtr conf(rd_kafka_conf_new());
  set_all(conf.get(), {{"client.id", "tailrace"},
                       {"client.software.name", "tailrace"},
                       {"socket.nagle.disable", "true"},
                       {"socket.keepalive.enable", "true"},
                       {"socket.timeout.ms", "10000"},
                       {"socket.connection.setup.timeout.ms", "5000"},
                       {"reconnect.backoff.max.ms", "1000"},
                       {"topic.metadata.refresh.interval.ms", "5000"},
                       // A larger response would be fetched again and again: let no record be too large to receive.
                       {"receive.message.max.bytes", "2147483647"},
                       {"log.connection.close", "false"}});
  set_all(conf.get(), settings.properties);
  set_all(conf.get(), own);
  if (!settings.brokers.empty()) set(conf.get(), "bootstrap.servers", settings.brokers);
  rd_kafka_conf_set_opaque(conf.get(), callbacks_.get());
  rd_kafka_conf_set_log_cb(conf.get(), log_line);
  rd_kafka_conf_set_error_cb(conf.get(), on_error);
  rd_kafka_conf_set_stats_cb(conf.get(), on_statistics);
  if (callbacks_->delivered) rd_kafka_conf_set_dr_msg_cb(conf.get(), on_delivery);
  char reason[512];
  kafka_.reset(rd_kafka_new(type, conf.get(), reason, sizeof reason));
  if (!kafka_) throw StartError(std::string("kafka: ") + reason);
  conf.release();  // rd_kafka_new took it
}

Handle::~Handle() = default;

void Handle::forget_trouble() {
  callbacks_->trouble.clear();
  callbacks_->all_down = false;
}

void Handle::on_error(rd_kafka_t*, int error, const char* reason, void* opaque) {
  Callbacks& callbacks = *static_cast<Callbacks*>(opaque);
  if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
    callbacks.all_down = true;
  else
    callbacks.trouble = reason;
}

void Handle::on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  static_cast<Callbacks*>(opaque)->delivered(*message);
}

int Handle::on_statistics(rd_kafka_t*, char* json, std::size_t size, void* opaque) {
  Callbacks& callbacks = *static_cast<Callbacks*>(opaque);
  callbacks.received.store(sum_of("\"rx_bytes\":", {json, size}), std::memory_order_relaxed);
  const auto number = callbacks.statistics.number + 1;
  callbacks.statistics = {number, sum_of("\"rxpartial\":", {json, size}), sum_of("\"next_offset\":", {json, size})};
  return 0;  // the library frees the text
}

}  // namespace tailrace
