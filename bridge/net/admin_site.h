// What the admin listener answers operators: /metrics, /sessions, /healthz.
#pragma once

#include "net/http.h"
#include "shard/shard_pool.h"

namespace tailrace {

// `pool` must outlive the site.
Site make_admin_site(ShardPool& pool);

}  // namespace tailrace
