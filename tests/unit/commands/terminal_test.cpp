#include "commands/terminal.h"
#include "commands/line_reader.h"
#include "commands/start_json.h"

#include "base/error.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace tailrace {
namespace {

TEST(Terminal, numbers_are_easy_to_read) {
  EXPECT_EQ(with_commas(0), "0");
  EXPECT_EQ(with_commas(999), "999");
  EXPECT_EQ(with_commas(1000), "1,000");
  EXPECT_EQ(with_commas(1234567), "1,234,567");
  EXPECT_EQ(byte_text(999), "999 B");
  EXPECT_EQ(byte_text(1'250'000), "1.2 MB");
}

TEST(Terminal, foreign_text_cannot_command_it) {
  EXPECT_EQ(printable("a\x1b[31m\x7f\nä"), "a\\x1b[31m\\x7f\\x0aä");
}

TEST(Terminal, progress_in_a_file_comes_now_and_then) {
  using namespace std::chrono_literals;
  testing::internal::CaptureStderr();
  Progress progress;
  const auto begin = Progress::Clock::now();
  for (auto since = 0s; since < 75s; since += 1s) progress.show(std::to_string(since.count()), begin + since + 500ms);
  progress.end();
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "10\n30\n70\n");
}

TEST(Terminal, silent_progress_says_nothing) {
  testing::internal::CaptureStderr();
  auto progress = Progress::silent();
  progress.show("nothing", Progress::Clock::now() + std::chrono::hours(1));
  progress.end();
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(StartJson, is_what_a_subscribe_message_wants) {
  EXPECT_EQ(start_json("live", "--from"), R"("live")");
  EXPECT_EQ(start_json("-90s", "--from"), R"("-90s")");
  EXPECT_EQ(start_json("last:5", "--from"), R"({"last":5})");
  EXPECT_EQ(start_json("1732147200000", "--from"), R"({"time":1732147200000})");
  EXPECT_EQ(start_json("v1.00000001.0:5", "--from"), R"({"position":"v1.00000001.0:5"})");
  EXPECT_EQ(end_json("-5m", "--to"), R"("-5m")");
  EXPECT_THROW(start_json("tomorrow", "--from"), StartError);
  EXPECT_THROW(end_json("live", "--to"), StartError);
  EXPECT_THROW(end_json("last:3", "--to"), StartError);
}

TEST(LineReader, gives_whole_lines_and_the_last_without_its_end) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  LineReader lines(ends[0]);
  ASSERT_EQ(write(ends[1], "a\nb", 3), 3);
  ASSERT_TRUE(lines.fill());
  EXPECT_EQ(lines.next(), "a");
  EXPECT_FALSE(lines.next());
  ASSERT_EQ(write(ends[1], "c\r\n\nd", 5), 5);
  close(ends[1]);
  ASSERT_TRUE(lines.fill());
  EXPECT_EQ(lines.next(), "bc");
  EXPECT_EQ(lines.next(), "");
  EXPECT_FALSE(lines.fill());
  EXPECT_EQ(lines.next(), "d");
  EXPECT_FALSE(lines.next());
  close(ends[0]);
}

}  // namespace
}  // namespace tailrace
