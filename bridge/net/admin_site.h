// What the admin listener answers operators: /metrics, /sessions, /healthz, POST /drain, POST /log-level?level=debug.
#pragma once

#include "net/http.h"
#include "shard/shard_pool.h"

namespace tailrace {

struct AdminSite {
  ShardPool& pool;  // must outlive the site
  std::function<std::string()> metrics;
  std::function<void()> drain;  // any thread
};

Site make_admin_site(AdminSite site);

}  // namespace tailrace
