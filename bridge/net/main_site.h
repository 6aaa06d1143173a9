// What the main listener answers: /ws, /healthz, /readyz, /api/channels and the page. Immutable; any thread.
#pragma once

#include "net/origin.h"
#include "net/static_files.h"

namespace tailrace {

struct MainSite {
  std::string base_path;  // under which everything stands, as "/tailrace"; or empty
  OriginRules origins;
  StaticFiles files;
  std::function<std::string()> not_ready;      // why not; empty when ready
  std::function<bool()> full_or_draining;      // new WebSockets get 503
  std::function<void(Respond)> channels;       // for /api/channels
};

Site make_main_site(MainSite site, NetProbe& probe);

}  // namespace tailrace
