#include "net/origin.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

bool allowed(const std::string& origin, const std::string& host, const OriginRules& rules = {}) {
  return origin_allowed(rules, origin, host);
}

TEST(Origin, is_scheme_host_and_port_in_small_letters_without_a_default_port) {
  EXPECT_EQ(origin_of("HTTPS://Example.COM"), "https://example.com");
  EXPECT_EQ(origin_of("https://example.com:443/a?b#c"), "https://example.com");
  EXPECT_EQ(origin_of("http://example.com:80"), "http://example.com");
  EXPECT_EQ(origin_of("http://example.com:443"), "http://example.com:443");
  EXPECT_EQ(origin_of("https://example.com:80"), "https://example.com:80");
  EXPECT_EQ(origin_of("http://[2001:DB8::1]:8080"), "http://[2001:db8::1]:8080");
  EXPECT_EQ(origin_of("http://[2001:db8::80]"), "http://[2001:db8::80]");
}

TEST(Origin, what_is_none_is_empty) {
  for (const char* text :
       {"", "null", "example.com", "http://", "http:///path", "ftp://example.com", "file:///etc/passwd",
        "http://user@example.com", "http://example.com:80@evil.example", "http://exam ple.com",
        "http://example.com\\evil.example", "http://example.com%2eevil.example", "http://ex_ample,com",
        "javascript:alert(1)", " http://example.com"})
    EXPECT_EQ(origin_of(text), "") << text;
}

TEST(Origin, a_page_of_this_very_listener_may_connect) {
  EXPECT_TRUE(allowed("http://127.0.0.1:8080", "127.0.0.1:8080"));
  EXPECT_TRUE(allowed("http://LocalHost:8080", "localhost:8080"));
  EXPECT_TRUE(allowed("http://bridge.example", "bridge.example:80"));
  EXPECT_TRUE(allowed("http://bridge.example:80", "Bridge.Example"));
  EXPECT_TRUE(allowed("http://[::1]:8080", "[::1]:8080"));
}

TEST(Origin, everything_but_the_same_host_and_port_is_foreign) {
  for (const char* origin :
       {"http://127.0.0.1", "http://127.0.0.1:8081", "http://localhost:8080", "https://127.0.0.1:8080",
        "http://127.0.0.1:80800", "http://127.0.0.1:8080.evil.example", "http://evil.example:8080",
        "http://evil127.0.0.1:8080", "http://127.0.0.1:8080@evil.example", "http://evil.example/127.0.0.1:8080",
        "http://[::1]:8080", "null", ""})
    EXPECT_FALSE(allowed(origin, "127.0.0.1:8080")) << origin;
  EXPECT_FALSE(allowed("http://evil.example", ""));
  EXPECT_FALSE(allowed("http://", ""));
  EXPECT_FALSE(allowed("http://user@bridge.example", "user@bridge.example"));
}

TEST(Origin, who_is_no_browser_names_none) {
  EXPECT_TRUE(origin_allowed({}, std::nullopt, "bridge.example"));
}

TEST(Origin, listed_origins_are_exact) {
  const OriginRules rules{"", {"https://App.example:443", "http://app.example:3000"}, true};
  for (const char* origin : {"https://app.example", "https://APP.example:443", "http://app.example:3000"})
    EXPECT_TRUE(allowed(origin, "bridge.internal", rules)) << origin;
  for (const char* origin :
       {"http://app.example", "https://app.example:3000", "https://sub.app.example", "https://app.example.evil",
        "https://evilapp.example", "https://app.example@evil.example", "https://app.exampl"})
    EXPECT_FALSE(allowed(origin, "bridge.internal", rules)) << origin;
}

TEST(Origin, a_mistake_in_the_list_allows_nobody) {
  const OriginRules rules{"", {"app.example", "*", ""}, true};
  for (const char* origin : {"null", "", "app.example", "http://app.example", "*"})
    EXPECT_FALSE(allowed(origin, "bridge.internal", rules)) << origin;
}

TEST(Origin, behind_a_proxy_the_public_origin_is_the_pages_own) {
  const OriginRules rules{"https://live.example", {}, true};
  EXPECT_TRUE(allowed("https://live.example", "bridge.internal:8080", rules));
  EXPECT_TRUE(allowed("https://live.example:443", "bridge.internal:8080", rules));
  EXPECT_FALSE(allowed("http://live.example", "bridge.internal:8080", rules));
  EXPECT_FALSE(allowed("https://live.example:8443", "bridge.internal:8080", rules));
}

TEST(Host, a_loopback_listener_is_reached_by_loopback_names_only) {
  for (const char* host : {"localhost", "LOCALHOST:8080", "app.localhost:8080", "127.0.0.1", "127.0.0.1:8080",
                           "127.8.9.1:1", "[::1]", "[::1]:8080", ""})
    EXPECT_TRUE(host_allowed({}, host)) << host;
  for (const char* host :
       {"evil.example", "evil.example:8080", "localhost.evil.example", "evil-localhost", "127.0.0.1.evil.example",
        "127.evil.example", "127.0.0.1@evil.example", "evil.example#127.0.0.1", "10.0.0.1", "[::2]:8080",
        "[::1].evil.example", "[::1]evil.example:1", "1270.0.0.1", "127", ":8080"})
    EXPECT_FALSE(host_allowed({}, host)) << host;
}

TEST(Host, of_the_public_origin_is_the_bridges_own) {
  const OriginRules rules{"https://live.example:443/", {}, true};
  EXPECT_TRUE(host_allowed(rules, "live.example"));
  EXPECT_TRUE(host_allowed(rules, "Live.Example:443"));
  EXPECT_FALSE(host_allowed(rules, "live.example:80"));
  EXPECT_FALSE(host_allowed(rules, "live.example:8443"));
  EXPECT_FALSE(host_allowed(rules, "live.example.evil"));
}

TEST(Host, a_listener_for_everybody_takes_every_name) {
  EXPECT_TRUE(host_allowed({"", {}, false}, "whatever.example:1234"));
}

}  // namespace
}  // namespace tailrace
