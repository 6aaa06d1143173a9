#include "net/admin_site.h"

#include "net/query.h"
#include "wire/json_text.h"

#include <spdlog/spdlog.h>

namespace tailrace {

namespace {

void append_session(std::string& out, const Session::Summary& session) {
  out += out.size() > 1 ? ",{\"session\":" : "{\"session\":";
  append_json_string(out, session.name);
  out += ",\"address\":";
  append_json_string(out, session.peer);
  out += ",\"channels\":[";
  for (std::size_t i = 0; i < session.channels.size(); ++i) {
    if (i > 0) out += ',';
    append_json_string(out, session.channels[i]);
  }
  out += "],\"mode\":";
  out += session.catching_up ? "\"catching up\"" : "\"in step\"";
  out += ",\"blocked\":";
  out += session.blocked ? "true" : "false";
  out += ",\"sent_bytes\":";
  append_json_number(out, static_cast<std::int64_t>(session.sent_bytes));
  out += ",\"since\":";
  append_json_number(out, session.opened);
  out += '}';
}

// Goes from shard to shard, each adding its part on its own thread; the last one answers.
void list_sessions(ShardPool& pool, std::size_t index, std::string out, Respond respond) {
  if (index == pool.size()) return respond(HttpResponse::json(out + "]\n"));
  Shard& shard = pool.shard(index);
  shard.post([&pool, &shard, index, out = std::move(out), respond = std::move(respond)]() mutable {
    for (const Session* session : shard.sessions()) append_session(out, session->summary());
    list_sessions(pool, index + 1, std::move(out), std::move(respond));
  });
}

HttpResponse set_log_level(const HttpRequest& request) {
  for (const auto& [name, value] : parameters_of(request.target)) {
    const auto level = spdlog::level::from_str(value);
    if (name != "level" || (level == spdlog::level::off && value != "off")) continue;
    spdlog::set_level(level);
    return HttpResponse::text(200, "log level is " + value + "\n");
  }
  return HttpResponse::text(400, "say ?level=trace, debug, info, warn or error\n");
}

void answer(const AdminSite& site, const HttpRequest& request, Respond respond) {
  const auto path = path_of(request.target);
  const bool posts = request.method == "POST";
  if (path == "/drain" && posts) {
    site.drain();
    return respond(HttpResponse::text(202, "draining\n"));
  }
  if (path == "/log-level" && posts) return respond(set_log_level(request));
  if (posts || path == "/drain" || path == "/log-level") return respond(HttpResponse::text(405, "not like this\n"));
  if (path == "/healthz") return respond(HttpResponse::text(200, "ok\n"));
  if (path == "/sessions") return list_sessions(site.pool, 0, "[", std::move(respond));
  if (path != "/metrics") return respond(HttpResponse::text(404, "/metrics, /sessions, /drain, /log-level\n"));
  HttpResponse response = HttpResponse::text(200, site.metrics());
  response.type = "text/plain; version=0.0.4; charset=utf-8";
  respond(std::move(response));
}

}  // namespace

Site make_admin_site(AdminSite site) {
  return [site = std::move(site)](const HttpRequest& request, Respond respond) { answer(site, request, std::move(respond)); };
}

}  // namespace tailrace
