#include "app/reload.h"

#include "base/error.h"

#include <spdlog/spdlog.h>

namespace tailrace {

namespace {

constexpr std::chrono::seconds kLook{1};

}  // namespace

Reload::Reload(boost::asio::io_context& io, SettingSources sources, Settings running, Apply apply)
    : signals_(io, SIGHUP), timer_(io), sources_(std::move(sources)), running_(std::move(running)), apply_(std::move(apply)), seen_(changed()) {}

void Reload::start() {
  await_signal();
  if (running_.watch && !sources_.file.empty()) watch();
}

void Reload::await_signal() {
  signals_.async_wait([this](const boost::system::error_code& error, int) {
    if (error) return;
    reload();
    await_signal();
  });
}

void Reload::watch() {
  timer_.expires_after(kLook);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    if (changed() != seen_) reload();
    watch();
  });
}

// A file that is being replaced may be missing for a moment: that is no change.
std::filesystem::file_time_type Reload::changed() const {
  std::error_code error;
  const auto time = std::filesystem::last_write_time(sources_.file, error);
  return error ? seen_ : time;
}

void Reload::reload() {
  seen_ = changed();
  try {
    Settings wanted = load_settings(sources_);
    for (const std::string& key : fixed_changes(running_, wanted)) spdlog::warn("{} changed: that needs a restart", key);
    apply_(wanted);
    running_ = std::move(wanted);
    spdlog::info("configuration reloaded");
  } catch (const StartError& error) {
    spdlog::error("configuration not reloaded: {}", error.what());
  }
}

}  // namespace tailrace
