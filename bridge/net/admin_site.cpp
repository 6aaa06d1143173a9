#include "net/admin_site.h"

namespace tailrace {

Site make_admin_site(ShardPool&) {
  return [](const HttpRequest&, Respond respond) { respond(HttpResponse::text(404, "nothing here yet\n")); };
}

}  // namespace tailrace
