#include "commands/server_frames.h"

#include "commands/dial.h"
#include "wire/websocket_frame.h"

#include <gtest/gtest.h>

#include <vector>

namespace tailrace {
namespace {

struct Heard {
  std::vector<std::string> texts;
  bool good = true;
};

// Feeds `bytes` in pieces of `size`.
Heard hear(const std::string& bytes, std::size_t size) {
  Heard heard;
  ServerFrames frames;
  for (std::size_t at = 0; at < bytes.size() && heard.good; at += size)
    heard.good = frames.feed(std::string_view(bytes).substr(at, size),
                             [&](const ServerMessage& message) { heard.texts.emplace_back(message.payload); });
  return heard;
}

TEST(ServerFrames, come_out_whole_however_they_are_cut) {
  std::string bytes;
  std::vector<std::string> sent;
  for (const std::size_t size : {0, 1, 125, 126, 127, 65535, 65536, 70000}) {
    sent.emplace_back(size, static_cast<char>('a' + sent.size()));
    bytes += text_frame(sent.back());
  }
  for (const std::size_t piece : {1, 2, 3, 7, 1000, 65536, 1 << 20}) {
    const auto heard = hear(bytes, piece);
    EXPECT_TRUE(heard.good);
    EXPECT_EQ(heard.texts, sent) << "in pieces of " << piece;
  }
}

TEST(ServerFrames, fragments_become_one_message_with_control_frames_between) {
  const std::string bytes{"\x01\x02He\x89\x01!\x00\x02ll\x80\x01o\x81\x02ok", 18};
  for (const std::size_t piece : {1, 3, 20})
    EXPECT_EQ(hear(bytes, piece).texts, (std::vector<std::string>{"!", "Hello", "ok"})) << piece;
}

TEST(ServerFrames, what_no_server_sends_is_refused) {
  for (const std::string& bytes : {std::string("\xc1\x01x"),                                      // a reserved bit
                                   std::string("\x81\x81\x00\x00\x00\x00x", 7),                   // masked
                                   std::string("\x81\x7f\x7f\xff\xff\xff\xff\xff\xff\xff", 10)})  // 2^63 - 1 bytes
    for (const std::size_t piece : {1, 100}) EXPECT_FALSE(hear(bytes, piece).good);
}

TEST(MaskedFrame, is_what_a_server_must_accept) {
  for (const std::size_t size : {0, 5, 126, 65536}) {
    const std::string text(size, 'x');
    const auto frame = masked_frame(1, text);
    const std::size_t header = size < 126 ? 2 : size < 65536 ? 4 : 10;
    ASSERT_EQ(frame.size(), header + 4 + size);
    EXPECT_EQ(static_cast<unsigned char>(frame[0]), 0x81);
    EXPECT_NE(static_cast<unsigned char>(frame[1]) & 0x80, 0);
    std::string back;
    for (std::size_t i = 0; i < size; ++i) back += static_cast<char>(frame[header + 4 + i] ^ frame[header + i % 4]);
    EXPECT_EQ(back, text);
  }
}

}  // namespace
}  // namespace tailrace
