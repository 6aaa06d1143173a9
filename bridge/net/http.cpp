#include "net/http.h"

#include "net/gated_stream.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

namespace tailrace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

using Parser = http::request_parser<http::empty_body>;
using Answer = http::response<http::string_body>;

HttpRequest request_of(const http::request<http::empty_body>& message) {
  HttpRequest request;
  request.method = message.method_string();
  request.target = message.target();
  request.host = message[http::field::host];
  if (const auto origin = message.find(http::field::origin); origin != message.end()) request.origin = origin->value();
  request.if_none_match = message[http::field::if_none_match];
  request.upgrade = beast::websocket::is_upgrade(message);
  return request;
}

Answer answer_of(const HttpResponse& response, const HttpRequest& request, bool keep_alive) {
  Answer answer(static_cast<http::status>(response.status), 11);
  answer.set(http::field::server, "tailrace");
  answer.set(http::field::content_type, response.type);
  answer.set("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : response.headers) answer.set(name, value);
  if (response.body) answer.body() = *response.body;
  answer.keep_alive(keep_alive);
  answer.prepare_payload();
  if (request.method == "HEAD") answer.body().clear();  // its length stays
  return answer;
}

// What a request that could not be read gets, if anything.
std::optional<HttpResponse> refusal(beast::error_code error) {
  if (error == http::error::header_limit || error == http::error::buffer_overflow)
    return HttpResponse::text(431, "the request's headers are too large\n");
  if (error == http::error::end_of_stream || error == http::error::partial_message) return std::nullopt;
  if (error.category() == http::make_error_code(http::error::bad_method).category())
    return HttpResponse::text(400, "not an HTTP request\n");
  return std::nullopt;
}

// The requests of one connection, one after the other. Keeps itself alive through its handlers.
class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(std::shared_ptr<Connection> connection, const Site& site, const HttpLimits& limits, NetProbe& probe)
      : connection_(std::move(connection)), site_(site), limits_(limits), probe_(probe), stream_(connection_->gate),
        deadline_(stream_.get_executor()), buffer_(limits.header_bytes + 1024) {}

  void read() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(limits_.header_bytes));
    parser_->body_limit(std::uint64_t{0});
    arm(limits_.header_time);
    http::async_read(stream_, buffer_, *parser_, [self = shared_from_this()](beast::error_code error, std::size_t) {
      if (self->late() && (self->first_ || self->buffer_.size() > 0)) self->probe_.refused.add("handshake_timeout");
      self->deadline_.cancel();
      self->first_ = false;
      if (error) return self->refuse(error);
      self->answer();
    });
  }

 private:
  // Whoever takes too long is cut off: the pending operation fails with the socket.
  void arm(std::chrono::milliseconds time) {
    deadline_.expires_after(time);
    deadline_.async_wait([weak = std::weak_ptr(connection_)](beast::error_code error) {
      const auto connection = weak.lock();
      if (!error && connection) connection->gate.socket().close();
    });
  }

  bool late() const { return deadline_.expiry() <= asio::steady_timer::clock_type::now(); }

  void refuse(beast::error_code error) {
    auto response = refusal(error);
    if (!response) return connection_->gate.socket().shutdown_write();
    probe_.refused.add(response->status == 431 ? "header_bytes" : "bad_request");
    keep_alive_ = false;
    write(std::move(*response));
  }

  void answer() {
    keep_alive_ = parser_->get().keep_alive();
    request_ = request_of(parser_->get());
    if (request_.target.size() > limits_.target_bytes) {
      probe_.refused.add("target_bytes");
      return write(HttpResponse::text(414, "the target is too long\n"));
    }
    site_(request_, [self = shared_from_this()](HttpResponse response) {
      asio::post(self->stream_.get_executor(), [self, response = std::move(response)]() mutable {
        if (response.websocket) return serve_websocket(self->connection_, self->parser_->release(), self->probe_);
        self->write(std::move(response));
      });
    });
  }

  void write(HttpResponse response) {
    keep_alive_ = keep_alive_ && !response.last;
    answer_ = answer_of(response, request_, keep_alive_);
    serializer_.emplace(answer_);
    serializer_->split(false);
    arm(limits_.header_time * 3);
    http::async_write(stream_, *serializer_, [self = shared_from_this()](beast::error_code error, std::size_t) {
      self->deadline_.cancel();
      if (!error && self->keep_alive_) return self->read();
      self->connection_->gate.socket().shutdown_write();
    });
  }

  std::shared_ptr<Connection> connection_;
  const Site& site_;
  const HttpLimits limits_;
  NetProbe& probe_;
  GatedStream stream_;
  asio::steady_timer deadline_;
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  HttpRequest request_;
  Answer answer_;
  std::optional<http::serializer<false, http::string_body>> serializer_;
  bool keep_alive_ = false;
  bool first_ = true;  // no request of it was read yet: its end is no idle connection's
};

}  // namespace

HttpResponse HttpResponse::text(unsigned status, std::string text) {
  HttpResponse response;
  response.status = status;
  response.body = std::make_shared<const std::string>(std::move(text));
  return response;
}

HttpResponse HttpResponse::json(std::string text) {
  HttpResponse response = HttpResponse::text(200, std::move(text));
  response.type = "application/json";
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

HttpResponse HttpResponse::moved(std::string location) {
  HttpResponse response = HttpResponse::text(301, "moved to " + location + '\n');
  response.headers.emplace_back("Location", std::move(location));
  return response;
}

HttpResponse HttpResponse::unavailable(std::string text, int retry_after) {
  HttpResponse response = HttpResponse::text(503, std::move(text));
  response.headers.emplace_back("Retry-After", std::to_string(retry_after));
  return response;
}

void serve_http(std::shared_ptr<Connection> connection, const Site& site, const HttpLimits& limits, NetProbe& probe) {
  connection->gate.guard(connection);
  std::make_shared<Exchange>(std::move(connection), site, limits, probe)->read();
}

}  // namespace tailrace
