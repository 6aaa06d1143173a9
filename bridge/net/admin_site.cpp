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
  out += "],\"lag\":";
  append_json_number(out, session.lag);
  out += ",\"mode\":";
  out += session.catching_up ? "\"catching up\"" : "\"in step\"";
  out += ",\"blocked\":";
  out += session.blocked ? "true" : "false";
  out += ",\"sent_bytes\":";
  append_json_number(out, static_cast<std::int64_t>(session.sent_bytes));
  out += ",\"since\":";
  append_json_number(out, session.opened);
  out += '}';
}

// Goes from shard to shard, each visited on its own thread, until `visit` says that it is enough; then `done`, there too.
void visit_shards(ShardPool& pool, std::function<bool(Shard&)> visit, std::function<void()> done, std::size_t index = 0) {
  if (index == pool.size()) return done();
  Shard& shard = pool.shard(index);
  shard.post([&pool, &shard, visit = std::move(visit), done = std::move(done), index]() mutable {
    const std::size_t next = visit(shard) ? index + 1 : pool.size();
    visit_shards(pool, std::move(visit), std::move(done), next);
  });
}

void list_sessions(ShardPool& pool, Respond respond) {
  auto list = std::make_shared<std::string>("[");
  const auto visit = [list](Shard& shard) {
    for (const Session* session : shard.sessions()) append_session(*list, session->summary());
    return true;
  };
  visit_shards(pool, visit, [list, respond = std::move(respond)] { respond(HttpResponse::json(*list + "]\n")); });
}

// One of the shards has it, or none.
void set_wire_log(ShardPool& pool, const std::string& name, bool on, Respond respond) {
  auto found = std::make_shared<bool>(false);
  const auto visit = [found, name, on](Shard& shard) {
    for (Session* session : shard.sessions()) {
      if (session->name() != name) continue;
      session->wire_log().turn(on);
      *found = true;
    }
    return !*found;
  };
  visit_shards(pool, visit, [found, on, respond = std::move(respond)] {
    if (!*found) return respond(HttpResponse::text(404, "no such session\n"));
    respond(HttpResponse::text(200, on ? "its frames are logged\n" : "its frames are no longer logged\n"));
  });
}

void set_wire_log(ShardPool& pool, const HttpRequest& request, Respond respond) {
  std::string session, on = "true";
  for (const auto& [name, value] : parameters_of(request.target)) (name == "session" ? session : on) = value;
  if (session.empty() || (on != "true" && on != "false"))
    return respond(HttpResponse::text(400, "say ?session=NAME, and &on=false to end it; /sessions has the names\n"));
  set_wire_log(pool, session, on == "true", std::move(respond));
}

void tell_metrics(const AdminSite& site, Respond respond) {
  auto lags = std::make_shared<std::vector<Offset>>();
  const auto visit = [lags](Shard& shard) {
    for (const Session* session : shard.sessions()) session->add_lags(*lags);
    return true;
  };
  visit_shards(site.pool, visit, [lags, metrics = site.metrics, respond = std::move(respond)] {
    HttpResponse response = HttpResponse::text(200, metrics(std::move(*lags)));
    response.type = "text/plain; version=0.0.4; charset=utf-8";
    respond(std::move(response));
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
  if (!host_allowed(site.origins, request.host) || (posts && !origin_allowed(site.origins, request.origin, request.host)))
    return respond(HttpResponse::text(403, "not for this page\n"));
  if (path == "/drain" && posts) {
    site.drain();
    return respond(HttpResponse::text(202, "draining\n"));
  }
  if (path == "/log-level" && posts) return respond(set_log_level(request));
  if (path == "/wire-log" && posts) return set_wire_log(site.pool, request, std::move(respond));
  if (posts || path == "/drain" || path == "/log-level" || path == "/wire-log") return respond(HttpResponse::text(405, "not like this\n"));
  if (path == "/healthz") return respond(HttpResponse::text(200, "ok\n"));
  if (path == "/sessions") return list_sessions(site.pool, std::move(respond));
  if (path == "/metrics") return tell_metrics(site, std::move(respond));
  respond(HttpResponse::text(404, "/metrics, /sessions, /drain, /log-level, /wire-log\n"));
}

}  // namespace

Site make_admin_site(AdminSite site) {
  return [site = std::move(site)](const HttpRequest& request, Respond respond) { answer(site, request, std::move(respond)); };
}

}  // namespace tailrace
