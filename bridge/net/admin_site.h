// What the admin listener answers operators: /metrics, /sessions, /healthz, POST /drain, POST /log-level?level=debug,
// POST /wire-log?session=NAME.
#pragma once

#include "net/http.h"
#include "net/origin.h"
#include "shard/shard_pool.h"

namespace tailrace {

struct AdminSite {
  ShardPool& pool;      // must outlive the site
  OriginRules origins;  // no page of another may drain a bridge, or read of its sessions
  std::function<std::string(std::vector<Offset> cursor_lags)> metrics;
  std::function<void()> drain;  // any thread
};

Site make_admin_site(AdminSite site);

}  // namespace tailrace
