#include "commands/demo_feed.h"

#include "commands/produce_run.h"

#include <spdlog/spdlog.h>

#include <sys/eventfd.h>
#include <unistd.h>

namespace tailrace {

namespace {

void produce(const std::string& brokers, const Descriptor& stop) {
  ProduceOptions options;
  options.brokers = {brokers};
  options.source = ProduceOptions::Source::demo;
  try {
    ProduceRun(options, stop, Progress::silent()).send_demo();
  } catch (const std::exception& error) {
    spdlog::error("the demo's records ended: {}", error.what());
  }
}

}  // namespace

DemoFeed::DemoFeed(const std::string& brokers)
    : stop_(eventfd(0, EFD_CLOEXEC)), thread_([this, brokers] { produce(brokers, stop_); }) {}

DemoFeed::~DemoFeed() {
  eventfd_write(stop_.get(), 1);
  thread_.join();
}

}  // namespace tailrace
