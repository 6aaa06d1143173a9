#include "net/listener.h"

#include "net/query.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <spdlog/spdlog.h>

#include <filesystem>
#include <system_error>

namespace tailrace {

namespace asio = boost::asio;

namespace {

constexpr auto kRetryAfter = std::chrono::milliseconds(100);
constexpr auto kSayAgainAfter = std::chrono::seconds(10);
constexpr std::size_t kRefusals = 100;  // at once; the others are just closed

asio::generic::stream_protocol::endpoint endpoint_of(asio::io_context& io, const ListenAddress& address) {
  if (address.is_unix()) return asio::local::stream_protocol::endpoint(address.path);
  const std::string host = address.host.empty() ? "0.0.0.0" : address.host;
  asio::ip::tcp::resolver resolver(io);
  return resolver.resolve(host, std::to_string(address.port))->endpoint();
}

std::string text_of(const asio::generic::stream_protocol::endpoint& endpoint, bool with_port) {
  if (endpoint.data()->sa_family == AF_UNIX) return "unix";
  asio::ip::tcp::endpoint tcp;
  tcp.resize(endpoint.size());
  std::memcpy(tcp.data(), endpoint.data(), endpoint.size());
  asio::ip::address address = tcp.address();
  // A listener for both has IPv4's clients in IPv6's clothes.
  if (address.is_v6() && address.to_v6().is_v4_mapped())
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  const std::string host = address.is_v6() && with_port ? "[" + address.to_string() + "]" : address.to_string();
  return with_port ? host + ":" + std::to_string(tcp.port()) : host;
}

// For who got no place. Whether the bridge lives is told all the same: whoever restarts it because it is full makes it worse.
Site full_site(const Site& site) {
  return [&site](const HttpRequest& request, const Respond& respond) {
    const auto once = [respond](HttpResponse response) {
      response.last = true;
      respond(std::move(response));
    };
    if (path_of(request.target).ends_with("/healthz") && !request.upgrade) return site(request, once);
    once(HttpResponse::unavailable("no place for another connection\n", 5));
  };
}

// Whose share of the connections this is. Behind a proxy on this machine everybody has the same address: nobody's.
std::string holder_of(const asio::generic::stream_protocol::endpoint& remote) {
  const std::string address = text_of(remote, false);
  return address == "unix" || address == "::1" || address.starts_with("127.") ? "" : address;
}

// A socket that a former bridge left behind goes; whatever else stands there is not ours to remove.
void make_room_at(const std::string& path) {
  std::error_code error;
  const auto there = std::filesystem::symlink_status(path, error).type();
  if (there == std::filesystem::file_type::socket) std::filesystem::remove(path);
}

}  // namespace

Listener::Listener(asio::io_context& io, const ListenAddress& address, ConnectionLimits connections, HttpLimits http,
                   Site site, ShardPool& pool, NetProbe& probe)
    : acceptor_(io), retry_(io), http_(http), site_(std::move(site)),
      full_site_(full_site(site_)), places_(std::make_shared<Quota>(connections.total, connections.per_address)),
      refusals_(std::make_shared<Quota>(kRefusals, kRefusals)), pool_(pool), probe_(probe), unix_path_(address.path) {
  try {
    if (address.is_unix()) make_room_at(address.path);
    const auto endpoint = endpoint_of(io, address);
    acceptor_.open(endpoint.protocol());
    if (!address.is_unix()) acceptor_.set_option(asio::socket_base::reuse_address(true));
    acceptor_.bind(endpoint);
    acceptor_.listen(4096);
  } catch (const boost::system::system_error& error) {
    throw std::system_error(error.code(), "can't listen on " + format_listen_address(address));
  }
}

Listener::~Listener() {
  if (!unix_path_.empty()) std::filesystem::remove(unix_path_);
}

std::string Listener::address() const {
  return unix_path_.empty() ? text_of(acceptor_.local_endpoint(), true) : "unix:" + unix_path_;
}

void Listener::stop() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  retry_.cancel();
}

void Listener::accept() {
  Shard& shard = pool_.next();
  acceptor_.async_accept(shard.io(), [this, &shard](const boost::system::error_code& error,
                                                    asio::generic::stream_protocol::socket socket) {
    if (error == asio::error::operation_aborted || !acceptor_.is_open()) return;
    if (error) return pause(error);
    accepted(std::move(socket), shard);
    accept();
  });
}

// Out of descriptors, most likely: said now and then, tried again. Now one comes free and then it is gone again.
void Listener::pause(const boost::system::error_code& error) {
  if (const auto now = std::chrono::steady_clock::now(); now - said_ > kSayAgainAfter) {
    spdlog::warn("can't accept connections: {}", error.message());
    said_ = now;
  }
  retry_.expires_after(kRetryAfter);
  retry_.async_wait([this](const boost::system::error_code& cancelled) {
    if (!cancelled) accept();
  });
}

void Listener::accepted(asio::generic::stream_protocol::socket socket, Shard& shard) {
  ++probe_.accepted;
  boost::system::error_code error;
  const auto remote = socket.remote_endpoint(error);
  if (error) return;
  const std::string holder = holder_of(remote);
  const auto taken = places_->take(holder);
  const bool welcome = taken == Quota::Taken::yes;
  if (!welcome) {
    probe_.refused.add(taken == Quota::Taken::full ? "connections" : "connections_per_address");
    if (refusals_->take(holder) != Quota::Taken::yes) return;
  }
  auto connection = std::make_shared<Connection>(
      std::move(socket), shard, text_of(remote, true),
      [places = welcome ? places_ : refusals_, holder] { places->give_back(holder); });
  const Site& site = welcome ? site_ : full_site_;
  shard.post([this, &site, http = http_, connection = std::move(connection)] { serve_http(connection, site, http, probe_); });
}

}  // namespace tailrace
