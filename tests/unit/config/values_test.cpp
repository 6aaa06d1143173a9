#include "config/address.h"
#include "config/bridge_url.h"
#include "config/kinds.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

using namespace std::chrono_literals;

TEST(Durations, are_a_number_and_a_unit) {
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("60s"), 60s);
  EXPECT_EQ(parse_duration("2m"), 2min);
  EXPECT_EQ(parse_duration("7d"), 24h * 7);
  EXPECT_EQ(parse_duration("0"), 0ms);
  for (const char* bad : {"", "5", "s", "1.5s", "-1s", " 1s", "1s ", "1 s", "99999999999999999d"})
    EXPECT_FALSE(parse_duration(bad)) << bad;
}

TEST(Durations, are_written_as_short_as_they_can) {
  EXPECT_EQ(format_duration(90s), "90s");
  EXPECT_EQ(format_duration(120s), "2m");
  EXPECT_EQ(format_duration(1500ms), "1500ms");
  EXPECT_EQ(format_duration(0s), "0");
}

TEST(Sizes, count_in_powers_of_two) {
  EXPECT_EQ(parse_size("1000"), 1000u);
  EXPECT_EQ(parse_size("64K"), 65536u);
  EXPECT_EQ(parse_size("64KiB"), 65536u);
  EXPECT_EQ(parse_size("64MB"), 64u << 20);
  EXPECT_EQ(parse_size("1G"), 1u << 30);
  EXPECT_EQ(parse_size("12B"), 12u);
  for (const char* bad : {"", "K", "1k", "-1", "1.5G", "1T", "99999999999999G"}) EXPECT_FALSE(parse_size(bad)) << bad;
  EXPECT_EQ(format_size(64 << 20), "64M");
  EXPECT_EQ(format_size(1000), "1000");
}

TEST(ListenAddresses, are_told_apart) {
  EXPECT_EQ(*parse_listen_address("127.0.0.1:8080"), (ListenAddress{"127.0.0.1", 8080, {}}));
  EXPECT_EQ(*parse_listen_address("[::1]:0"), (ListenAddress{"::1", 0, {}}));
  EXPECT_EQ(*parse_listen_address(":80"), (ListenAddress{"::", 80, {}}));
  EXPECT_EQ(*parse_listen_address("localhost:80"), (ListenAddress{"localhost", 80, {}}));
  EXPECT_EQ(parse_listen_address("unix:/run/x")->path, "/run/x");
  for (const char* text : {"127.0.0.1:8080", "[::1]:0", "[::]:80", "unix:/run/x", "localhost:1"})
    EXPECT_EQ(format_listen_address(*parse_listen_address(text)), text);
}

TEST(ListenAddresses, only_these_are_loopback) {
  for (const char* text : {"127.0.0.1:1", "127.8.8.8:1", "[::1]:1", "localhost:1", "unix:/x"})
    EXPECT_TRUE(parse_listen_address(text)->is_loopback()) << text;
  for (const char* text : {":1", "0.0.0.0:1", "10.0.0.1:1", "[fe80::1]:1", "[::ffff:127.0.0.1]:1"})
    EXPECT_FALSE(parse_listen_address(text)->is_loopback()) << text;
}

TEST(BridgeUrls, are_what_people_paste) {
  const auto plain = *parse_bridge_url("localhost:8080");
  EXPECT_EQ(plain.host + "|" + plain.port + "|" + plain.path, "localhost|8080|/ws");
  const auto page = *parse_bridge_url("https://example.com/live/");
  EXPECT_TRUE(page.tls);
  EXPECT_EQ(page.authority() + page.path, "example.com/live/ws");
  EXPECT_EQ(page.port, "443");
  const auto v6 = *parse_bridge_url("ws://[::1]:9/ws");
  EXPECT_EQ(v6.authority() + v6.path, "[::1]:9/ws");
  EXPECT_EQ(parse_bridge_url("example.com")->port, "8080");
  EXPECT_EQ(parse_bridge_url("http://example.com")->port, "80");
  EXPECT_EQ(parse_bridge_url("unix:/run/x")->unix_path, "/run/x");
  for (const char* bad :
       {"", "ftp://a", "ws://", "a:b", "a:0", "a:99999", "ws://user@a", "http://a/b?c", "unix:", "::1"})
    EXPECT_FALSE(parse_bridge_url(bad)) << bad;
}

}  // namespace
}  // namespace tailrace
