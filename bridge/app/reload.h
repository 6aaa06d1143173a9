// Reads the configuration again on SIGHUP, and with `watch` when its file changes; says what can't change without a
// restart, and hands the rest on. A configuration that is wrong changes nothing. Lives on the main thread.
#pragma once

#include "config/load.h"

#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <filesystem>
#include <functional>

namespace tailrace {

class Reload {
 public:
  using Apply = std::function<void(const Settings&)>;

  Reload(boost::asio::io_context& io, SettingSources sources, Settings running, Apply apply);
  void start();

 private:
  void await_signal();
  void watch();
  void reload();
  std::filesystem::file_time_type changed() const;

  boost::asio::signal_set signals_;
  boost::asio::steady_timer timer_;
  const SettingSources sources_;
  Settings running_;
  const Apply apply_;
  std::filesystem::file_time_type seen_{};
};

}  // namespace tailrace
