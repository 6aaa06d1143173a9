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

// Goes from shard to shard, each adding its part on its own thread; the last one answers.
void list_sessions(ShardPool& pool, std::size_t index, std::string out, Respond respond) {
  if (index == pool.size()) return respond(HttpResponse::json(out + "]\n"));
  Shard& shard = pool.shard(index);
  shard.post([&pool, &shard, index, out = std::move(out), respond = std::move(respond)]() mutable {
    for (const Session* session : shard.sessions()) append_session(out, session->summary());
    list_sessions(pool, index + 1, std::move(out), std::move(respond));
  });
}

// One of the shards has it, or none.
void set_wire_log(ShardPool& pool, std::size_t index, const std::string& name, bool on, Respond respond) {
  if (index == pool.size()) return respond(HttpResponse::text(404, "no such session\n"));
  Shard& shard = pool.shard(index);
  shard.post([&pool, &shard, index, name, on, respond = std::move(respond)]() mutable {
    for (Session* session : shard.sessions()) {
      if (session->name() != name) continue;
      session->wire_log().turn(on);
      return respond(HttpResponse::text(200, on ? "its frames are logged\n" : "its frames are no longer logged\n"));
    }
    set_wire_log(pool, index + 1, name, on, std::move(respond));
  });
}

void set_wire_log(ShardPool& pool, const HttpRequest& request, Respond respond) {
  std::string session, on = "true";
  for (const auto& [name, value] : parameters_of(request.target)) (name == "session" ? session : on) = value;
  if (session.empty() || (on != "true" && on != "false"))
    return respond(HttpResponse::text(400, "say ?session=NAME, and &on=false to end it; /sessions has the names\n"));
  set_wire_log(pool, 0, session, on == "true", std::move(respond));
}

// The lags of all cursors, shard by shard, each on its own thread; the last one goes on.
void gather_lags(ShardPool& pool, std::size_t index, std::vector<Offset> lags, std::function<void(std::vector<Offset>)> done) {
  if (index == pool.size()) return done(std::move(lags));
  Shard& shard = pool.shard(index);
  shard.post([&pool, &shard, index, lags = std::move(lags), done = std::move(done)]() mutable {
    for (const Session* session : shard.sessions()) session->add_lags(lags);
    gather_lags(pool, index + 1, std::move(lags), std::move(done));
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
  if (path == "/wire-log" && posts) return set_wire_log(site.pool, request, std::move(respond));
  if (posts || path == "/drain" || path == "/log-level" || path == "/wire-log") return respond(HttpResponse::text(405, "not like this\n"));
  if (path == "/healthz") return respond(HttpResponse::text(200, "ok\n"));
  if (path == "/sessions") return list_sessions(site.pool, 0, "[", std::move(respond));
  if (path != "/metrics") return respond(HttpResponse::text(404, "/metrics, /sessions, /drain, /log-level, /wire-log\n"));
  gather_lags(site.pool, 0, {}, [metrics = site.metrics, respond = std::move(respond)](std::vector<Offset> lags) {
    HttpResponse response = HttpResponse::text(200, metrics(std::move(lags)));
    response.type = "text/plain; version=0.0.4; charset=utf-8";
    respond(std::move(response));
  });
}

}  // namespace

Site make_admin_site(AdminSite site) {
  return [site = std::move(site)](const HttpRequest& request, Respond respond) { answer(site, request, std::move(respond)); };
}

}  // namespace tailrace
