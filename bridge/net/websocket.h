// A WebSocket connection: Beast reads, masks, answers pings and closes; the pump writes data below it, through the gate.
// Lives on its shard's thread and keeps itself alive while it reads.
#pragma once

#include "net/connection.h"
#include "net/net_probe.h"

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/empty_body.hpp>

namespace tailrace {

using UpgradeRequest = boost::beast::http::request<boost::beast::http::empty_body>;

// Takes the connection over. `probe` must outlive it.
void serve_websocket(std::shared_ptr<Connection> connection, UpgradeRequest request, NetProbe& probe);

}  // namespace tailrace
