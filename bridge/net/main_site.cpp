#include "net/main_site.h"

#include "net/query.h"

namespace tailrace {

namespace {

HttpResponse upgrade(const MainSite& site, const HttpRequest& request, NetProbe& probe) {
  if (request.method != "GET") return HttpResponse::text(405, "only GET is answered here\n");
  if (!request.upgrade) {
    HttpResponse response = HttpResponse::text(426, "this is a WebSocket endpoint\n");
    response.headers.emplace_back("Upgrade", "websocket");
    return response;
  }
  if (!origin_allowed(site.origins, request.origin, request.host)) {
    probe.refused.add("origin");
    return HttpResponse::text(403, "this origin is not allowed\n");
  }
  if (site.full_or_draining()) {
    probe.refused.add("draining");
    return HttpResponse::unavailable("draining\n", 1);
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
  // The page's own links begin at its folder.
  if (!path.empty() && path == site.base_path) return HttpResponse::moved(site.base_path + '/' + request.target.substr(path.size()));
  if (path == "/healthz") return HttpResponse::text(200, "ok\n");
  if (path == "/readyz") return ready(site);
  if (auto file = site.files.get(path, request.if_none_match)) return std::move(*file);
  return HttpResponse::text(404, "no such page\n");
}

// A proxy may strip its prefix or leave it.
std::string_view local_path(const MainSite& site, const HttpRequest& request) {
  std::string_view path = path_of(request.target);
  const auto& base = site.base_path;
  if (!base.empty() && path.starts_with(base) && path.substr(base.size()).starts_with('/')) path.remove_prefix(base.size());
  return path;
}

HttpResponse answer(const MainSite& site, const HttpRequest& request, std::string_view path, NetProbe& probe) {
  if (!host_allowed(site.origins, request.host)) {
    probe.refused.add("host");
    return HttpResponse::text(403, "this host is not served here\n");
  }
  if (path == "/ws") return upgrade(site, request, probe);
  if (request.method != "GET" && request.method != "HEAD") return HttpResponse::text(405, "only GET is answered here\n");
  return get(site, request, path);
}

}  // namespace

Site make_main_site(MainSite site, NetProbe& probe) {
  return [shared = std::make_shared<const MainSite>(std::move(site)), &probe](const HttpRequest& request, Respond respond) {
    const auto path = local_path(*shared, request);
    const bool reads = request.method == "GET" || request.method == "HEAD";
    if (path == "/api/channels" && reads && host_allowed(shared->origins, request.host)) return shared->channels(std::move(respond));
    respond(answer(*shared, request, path, probe));
  };
}

}  // namespace tailrace
