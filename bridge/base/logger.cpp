#include "base/logger.h"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace tailrace {

namespace {

// %* in a pattern: the message, escaped; in JSON quotes and backslashes, too.
class EscapedMessage final : public spdlog::custom_flag_formatter {
 public:
  explicit EscapedMessage(bool json) : json_(json) {}

  void format(const spdlog::details::log_msg& message, const std::tm&, spdlog::memory_buf_t& out) override {
    for (const char c : message.payload) append(static_cast<unsigned char>(c), out);
  }
  std::unique_ptr<custom_flag_formatter> clone() const override { return std::make_unique<EscapedMessage>(json_); }

 private:
  void append(unsigned char c, spdlog::memory_buf_t& out) const {
    if (c < 0x20 || c == 0x7f)
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
    else if (json_ && (c == '"' || c == '\\'))
      fmt::format_to(std::back_inserter(out), "\\{}", static_cast<char>(c));
    else
      out.push_back(static_cast<char>(c));
  }

  bool json_;
};

}  // namespace

void set_up_logger(bool json) {
  auto formatter = std::make_unique<spdlog::pattern_formatter>(
      json ? spdlog::pattern_time_type::utc : spdlog::pattern_time_type::local);
  formatter->add_flag<EscapedMessage>('*', json);
  formatter->set_pattern(json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":"%*"})" : "%Y-%m-%d %H:%M:%S.%e %^%l%$ %*");
  auto logger = spdlog::stderr_color_mt("tailrace");
  logger->set_formatter(std::move(formatter));
  logger->set_level(spdlog::level::trace);
  spdlog::set_default_logger(std::move(logger));
  spdlog::flush_on(spdlog::level::trace);
}

void set_log_level(const std::string& level) { spdlog::set_level(spdlog::level::from_str(level)); }

}  // namespace tailrace
