#include "wire/websocket_frame.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

using namespace std::string_literals;

std::string header(std::size_t size) {
  std::string out;
  append_text_header(out, size);
  return out;
}

TEST(WebSocketFrame, lengths_take_the_shortest_form) {
  EXPECT_EQ(header(0), "\x81\x00"s);
  EXPECT_EQ(header(125), "\x81\x7d"s);
  EXPECT_EQ(header(126), "\x81\x7e\x00\x7e"s);
  EXPECT_EQ(header(65535), "\x81\x7e\xff\xff"s);
  EXPECT_EQ(header(65536), "\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s);
  EXPECT_EQ(header(0x0102030405060708), "\x81\x7f\x01\x02\x03\x04\x05\x06\x07\x08"s);
}

TEST(WebSocketFrame, header_is_appended_and_payload_follows) {
  std::string out = "x";
  append_text_header(out, 2);
  EXPECT_EQ(out, "x\x81\x02"s);
  EXPECT_EQ(text_frame("hi"), "\x81\x02hi"s);
}

}  // namespace
}  // namespace tailrace
