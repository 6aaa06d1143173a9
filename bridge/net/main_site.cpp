#include "net/main_site.h"

#include "net/query.h"

namespace tailrace {

namespace {

HttpResponse upgrade(const MainSite& site, const HttpRequest& request, NetProbe& probe) {
  if (!request.upgrade) {
    HttpResponse response = HttpResponse::text(426, "this is a WebSocket endpoint\n");
    response.headers.emplace_back("Upgrade", "websocket");
    return response;
  }
  if (!origin_allowed(site.origins, request.origin, request.host)) {
    probe.refused("origin");
    return HttpResponse::text(403, "this origin is not allowed\n");
  }
  if (site.full_or_draining()) {
    probe.refused("draining");
    HttpResponse response = HttpResponse::text(503, "draining\n");
    response.headers.emplace_back("Retry-After", "1");
    return response;
  }
  HttpResponse response;
  response.websocket = true;
  return response;
}

HttpResponse ready(const MainSite& site) {
  const std::string why = site.not_ready();
  return why.empty() ? HttpResponse::text(200, "ready\n") : HttpResponse::text(503, why + "\n");
}

HttpResponse get(const MainSite& site, const HttpRequest& request, std::string_view path) {
  if (path == "/healthz") return HttpResponse::text(200, "ok\n");
  if (path == "/readyz") return ready(site);
  if (path == "/api/channels") return HttpResponse::json(site.channels_json());
  if (auto file = site.files.get(path, request.if_none_match)) return std::move(*file);
  return HttpResponse::text(404, "no such page\n");
}

HttpResponse answer(const MainSite& site, const HttpRequest& request, NetProbe& probe) {
  std::string_view path = path_of(request.target);
  if (!host_allowed(site.origins, request.host)) {
    probe.refused("host");
    return HttpResponse::text(403, "this host is not served here\n");
  }
  // A proxy may strip its prefix or leave it.
  if (!site.base_path.empty() && path.starts_with(site.base_path) && path.substr(site.base_path.size()).starts_with('/'))
    path.remove_prefix(site.base_path.size());
  if (path == "/ws") return upgrade(site, request, probe);
  if (request.method != "GET" && request.method != "HEAD") return HttpResponse::text(405, "only GET is answered here\n");
  return get(site, request, path);
}

}  // namespace

Site make_main_site(MainSite site, NetProbe& probe) {
  return [shared = std::make_shared<const MainSite>(std::move(site)), &probe](const HttpRequest& request, Respond respond) {
    respond(answer(*shared, request, probe));
  };
}

}  // namespace tailrace
