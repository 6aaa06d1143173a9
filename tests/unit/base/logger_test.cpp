#include "base/logger.h"

#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

namespace tailrace {
namespace {

std::string logged(bool json, const std::string& message) {
  spdlog::drop("tailrace");
  testing::internal::CaptureStderr();
  set_up_logger(json);
  spdlog::info("{}", message);
  return testing::internal::GetCapturedStderr();
}

TEST(Logger, nothing_foreign_forges_a_line) {
  const std::string text = logged(false, "topic a\nb\x1b[31m\x7f");
  EXPECT_TRUE(text.ends_with(" info topic a\\u000ab\\u001b[31m\\u007f\n")) << text;
}

TEST(Logger, json_lines_stay_json) {
  const std::string text = logged(true, "said \"no\\yes\"\r\n");
  EXPECT_TRUE(text.ends_with(R"("level":"info","message":"said \"no\\yes\"\u000d\u000a"})" "\n")) << text;
  EXPECT_TRUE(text.starts_with(R"({"time":")")) << text;
}

}  // namespace
}  // namespace tailrace
