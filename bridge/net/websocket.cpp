#include "net/websocket.h"

#include "net/gated_stream.h"
#include "net/query.h"
#include "net/pump.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/fields.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <random>

namespace tailrace {

namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

namespace {

constexpr std::string_view kSubprotocol = "tailrace.v1";

std::string session_name() {
  thread_local std::mt19937_64 random{std::random_device{}()};
  constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::string name;
  for (int i = 0; i < 12; ++i) name += kDigits[random() % kDigits.size()];
  return name;
}

// A client may close with any code: those that are not the protocol's own share one series.
std::string close_label(int code) {
  const bool known = (code >= 1000 && code <= 1015) || (code >= 4400 && code <= 4429);
  return known ? std::to_string(code) : "other";
}

bool offers_subprotocol(const UpgradeRequest& request) {
  for (const auto& name : beast::http::token_list(request[beast::http::field::sec_websocket_protocol]))
    if (name == kSubprotocol) return true;
  return false;
}

class WebSocket final : public Outlet, public std::enable_shared_from_this<WebSocket> {
 public:
  WebSocket(std::shared_ptr<Connection> connection, UpgradeRequest request, NetProbe& probe)
      : connection_(std::move(connection)), target_(request.target()), stream_(GatedStream(connection_->gate)),
        session_(std::make_shared<Session>(connection_->shard, *this, session_name(), connection_->peer)),
        pump_(connection_->gate, *session_), close_timer_(connection_->gate.get_executor()),
        pause_(connection_->gate.get_executor()), probe_(probe) {}

  void accept(UpgradeRequest request) {
    connection_->gate.guard(weak_from_this());
    stream_.set_option(websocket::stream_base::timeout{websocket::stream_base::none(), websocket::stream_base::none(), false});
    stream_.read_message_max(connection_->shard.limits().message_bytes);
    stream_.set_option(websocket::stream_base::decorator([offered = offers_subprotocol(request)](auto& response) {
      response.set(beast::http::field::server, "tailrace");
      if (offered) response.set(beast::http::field::sec_websocket_protocol, kSubprotocol);
    }));
    const auto shared = std::make_shared<UpgradeRequest>(std::move(request));
    stream_.async_accept(*shared, [self = shared_from_this(), shared](beast::error_code error) {
      if (!error) self->open();
    });
  }

  // ---- Outlet
  void serve() override {
    pump_.serve();
    read_on();
  }
  void nudge() override {
    pump_.nudge();
    read_on();
  }
  bool blocked() const override { return connection_->gate.blocked() || connection_->gate.ended() || closing_; }

  void close(std::uint16_t code, std::string reason) override {
    if (std::exchange(closing_, true)) return;
    code_ = code;
    boost::asio::post(connection_->gate.get_executor(), [self = shared_from_this(), code, reason = std::move(reason)] {
      self->say_close({static_cast<websocket::close_code>(code), reason});
    });
  }

  void abort() override {
    closing_ = true;
    boost::asio::post(connection_->gate.get_executor(), [self = shared_from_this()] {
      self->connection_->gate.socket().reset();
      if (self->paused_) self->finish();  // nobody reads who would learn of it
    });
  }

  Progress progress() override {
    const auto waiting = connection_->gate.socket().unacknowledged();
    return {connection_->gate.socket().written() - waiting, waiting > 0 || connection_->gate.blocked(),
            stream_.is_message_done() ? 0 : messages_ + 1};
  }

 private:
  void open() {
    const auto on_writable = [this] {
      session_->pinned(0);  // it took all: whatever it holds next, it holds since then
      if (!connection_->gate.ended()) return session_->writable();
      if (paused_) finish();
    };
    connection_->gate.upgrade(on_writable, [this] { end_in_time(); });
    stream_.control_callback([this](websocket::frame_type kind, beast::string_view) {
      if (kind != websocket::frame_type::close) session_->receive_ping();
    });
    session_->open();
    for (auto& [command, error] : subscriptions_in(target_)) session_->receive_query(std::move(command), error);
    read();
  }

  // A client that asks and does not read is not read; meanwhile nothing else keeps this alive.
  void read() {
    if (session_->replies_clogged()) return pause();
    stream_.async_read(buffer_, [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (error) return self->over(error);
      self->heard();
    });
  }

  // Whoever waits keeps this alive: for as long as the shard runs, at most.
  void pause() {
    paused_ = true;
    pause_.expires_at(boost::asio::steady_timer::time_point::max());
    pause_.async_wait([self = shared_from_this()](beast::error_code) {});
  }

  void read_on() {
    if (!paused_ || session_->replies_clogged()) return;
    paused_ = false;
    pause_.cancel();
    read();
  }

  void heard() {
    ++messages_;
    const auto data = buffer_.data();
    if (stream_.got_text())
      session_->receive({static_cast<const char*>(data.data()), data.size()});
    else
      session_->receive_binary();
    buffer_ = {};  // an idle connection holds nothing
    read();
  }

  // A close frame is on its way, ours or Beast's own: what does not end by itself is cut off.
  void end_in_time() {
    if (std::exchange(ending_, true)) return;
    close_timer_.expires_after(std::chrono::milliseconds(connection_->shard.options().close_within));
    close_timer_.async_wait([self = shared_from_this()](beast::error_code error) {
      if (!error) self->connection_->gate.socket().reset();
    });
  }

  void say_close(const websocket::close_reason& reason) {
    if (finished_) return;
    end_in_time();
    stream_.async_close(reason, [self = shared_from_this()](beast::error_code) {
      self->finish();
    });
  }

  void over(beast::error_code error) {
    if (code_ == 0) code_ = error == websocket::error::closed ? stream_.reason().code : sent_code(error);
    if (!closing_ || !stream_.is_open()) finish();
  }

  // What Beast told a client that broke the rules.
  static int sent_code(beast::error_code error) {
    if (error == websocket::error::message_too_big || error == websocket::error::buffer_overflow) return 1009;
    if (error == websocket::error::bad_frame_payload) return 1007;
    return error == websocket::condition::protocol_violation ? 1002 : 1006;
  }

  void finish() {
    if (std::exchange(finished_, true)) return;
    paused_ = false;
    pause_.cancel();
    if (code_ == 0) code_ = 1006;
    probe_.closed.add(close_label(code_));
    close_timer_.cancel();
    session_->close();
    connection_->gate.socket().close();
  }

  std::shared_ptr<Connection> connection_;
  const std::string target_;
  websocket::stream<GatedStream, false> stream_;
  beast::flat_buffer buffer_;
  std::shared_ptr<Session> session_;
  Pump pump_;
  boost::asio::steady_timer close_timer_;
  boost::asio::steady_timer pause_;
  NetProbe& probe_;
  int code_ = 0;
  bool closing_ = false;
  std::uint64_t messages_ = 0;  // of the client's, whole
  bool ending_ = false;
  bool finished_ = false;
  bool paused_ = false;  // does not read
};

}  // namespace

void serve_websocket(std::shared_ptr<Connection> connection, UpgradeRequest request, NetProbe& probe) {
  auto socket = std::make_shared<WebSocket>(std::move(connection), request, probe);
  socket->accept(std::move(request));
}

}  // namespace tailrace
