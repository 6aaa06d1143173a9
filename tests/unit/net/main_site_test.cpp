#include "net/main_site.h"

#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <filesystem>
#include <fstream>

namespace tailrace {
namespace {

namespace fs = std::filesystem;

class SiteOf : public testing::Test {
 protected:
  SiteOf() {
    std::string name = (fs::temp_directory_path() / "site-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
    write("secret.txt", "secret");
    write("page/index.html", "<h1>");
    write("page/assets/app.js", "1");
    write("page/assets/index.html", "inner");
  }
  ~SiteOf() override { fs::remove_all(root_); }

  void write(const std::string& path, const std::string& text) {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text;
  }

  HttpResponse ask(HttpRequest request, const std::string& base = "") {
    MainSite site;
    site.base_path = base;
    site.files = StaticFiles((root_ / "page").string());
    site.not_ready = [this] { return not_ready_; };
    site.full_or_draining = [this] { return draining_; };
    site.channels = [](const Respond& respond) { respond(HttpResponse::json("[]")); };
    HttpResponse answer;
    make_main_site(std::move(site), probe_)(request, [&](HttpResponse response) { answer = std::move(response); });
    return answer;
  }
  HttpResponse get(const std::string& target, const std::string& base = "") {
    return ask({"GET", target, "localhost", {}, {}, false}, base);
  }
  static std::string text(const HttpResponse& response) { return response.body ? *response.body : ""; }
  static std::string header(const HttpResponse& response, const std::string& name) {
    for (const auto& [key, value] : response.headers)
      if (key == name) return value;
    return "";
  }
  static HttpRequest upgrade() { return {"GET", "/ws", "localhost:80", "http://localhost", {}, true}; }

  fs::path root_;
  std::string not_ready_;
  bool draining_ = false;
  NetProbe probe_;
};

TEST_F(SiteOf, serves_the_pages_files_by_their_paths) {
  EXPECT_EQ(text(get("/")), "<h1>");
  EXPECT_EQ(text(get("/index.html?v=2")), "<h1>");
  EXPECT_EQ(text(get("/assets/app.js")), "1");
  EXPECT_EQ(get("/assets/app.js").type, "text/javascript; charset=utf-8");
  EXPECT_EQ(text(get("/assets/")), "inner");
}

TEST_F(SiteOf, the_sub_path_without_its_slash_leads_to_the_page) {
  EXPECT_EQ(get("/tail?share=1", "/tail").status, 301u);
  EXPECT_EQ(header(get("/tail?share=1", "/tail"), "Location"), "/tail/?share=1");
  EXPECT_EQ(get("/tail").status, 404u);
}

TEST_F(SiteOf, no_path_leads_out_of_the_page) {
  fs::create_directory_symlink(root_, root_ / "page/up");
  for (const char* path :
       {"/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/..\\secret.txt",
        "//secret.txt", "/up/secret.txt", "/./index.html", "/assets/../index.html", "//index.html", "index.html",
        "/assets", "/index.html/", "/index.html%00", "/INDEX.HTML", "", "*"})
    EXPECT_EQ(get(path).status, 404u) << path;
  EXPECT_EQ(get((root_ / "secret.txt").string()).status, 404u);
}

// Not even root reads this one.
TEST_F(SiteOf, a_file_that_cannot_be_read_is_no_empty_page) {
  fs::create_symlink("/proc/self/mem", root_ / "page/torn.js");
  std::ostringstream said;
  const auto before = spdlog::default_logger();
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("", std::make_shared<spdlog::sinks::ostream_sink_mt>(said)));
  const auto status = get("/torn.js").status;
  spdlog::set_default_logger(before);
  EXPECT_EQ(status, 404u);
  EXPECT_THAT(said.str(), testing::ContainsRegex("the page lacks .*/page/torn.js: "));
}

TEST_F(SiteOf, stands_under_its_sub_path_and_at_the_root_for_a_proxy_that_strips_it) {
  for (const char* path : {"/tail/", "/", "/tail/index.html", "/index.html"})
    EXPECT_EQ(text(get(path, "/tail")), "<h1>") << path;
  EXPECT_EQ(text(get("/tail/healthz", "/tail")), "ok\n");
  EXPECT_EQ(text(get("/tail/api/channels?x", "/tail")), "[]");
  EXPECT_EQ(get("/tail/ws", "/tail").status, 426u);
  for (const char* path :
       {"/tailindex.html", "/tailor/index.html", "/tail/tail/index.html", "/Tail/index.html"})
    EXPECT_EQ(get(path, "/tail").status, 404u) << path;
  EXPECT_EQ(get("/tail/index.html").status, 404u);
}

TEST_F(SiteOf, what_a_browser_has_already_is_not_sent_again) {
  const std::string tag = header(get("/"), "ETag");
  ASSERT_FALSE(tag.empty());
  const auto again = ask({"GET", "/", "localhost", {}, tag, false});
  EXPECT_EQ(again.status, 304u);
  EXPECT_EQ(text(again), "");
  write("page/index.html", "<h2>");
  EXPECT_EQ(ask({"GET", "/", "localhost", {}, tag, false}).status, 200u);
}

TEST_F(SiteOf, pages_say_what_they_may_do) {
  EXPECT_THAT(header(get("/"), "Content-Security-Policy"), testing::HasSubstr("default-src 'self'"));
  EXPECT_EQ(header(get("/"), "X-Frame-Options"), "DENY");
}

TEST_F(SiteOf, only_reading_is_answered) {
  for (const char* method : {"POST", "PUT", "DELETE", "OPTIONS"})
    for (const char* path : {"/", "/healthz", "/api/channels", "/ws"})
      EXPECT_EQ(ask({method, path, "localhost", {}, {}, path == std::string("/ws")}).status, 405u) << method << path;
  EXPECT_EQ(ask({"HEAD", "/", "localhost", {}, {}, false}).status, 200u);
}

TEST_F(SiteOf, foreign_hosts_get_nothing_at_all) {
  for (const char* path : {"/", "/healthz", "/readyz", "/api/channels", "/ws"})
    EXPECT_EQ(ask({"GET", path, "rebound.example", {}, {}, false}).status, 403u) << path;
}

TEST_F(SiteOf, foreign_origins_get_no_websocket) {
  EXPECT_TRUE(ask(upgrade()).websocket);
  auto foreign = upgrade();
  foreign.origin = "http://evil.example";
  const auto answer = ask(foreign);
  EXPECT_EQ(answer.status, 403u);
  EXPECT_FALSE(answer.websocket);
}

TEST_F(SiteOf, while_draining_there_are_no_new_websockets) {
  draining_ = true;
  not_ready_ = "draining";
  const auto answer = ask(upgrade());
  EXPECT_EQ(answer.status, 503u);
  EXPECT_FALSE(answer.websocket);
  EXPECT_EQ(header(answer, "Retry-After"), "1");
  EXPECT_EQ(get("/readyz").status, 503u);
  EXPECT_EQ(get("/healthz").status, 200u);
}

}  // namespace
}  // namespace tailrace
