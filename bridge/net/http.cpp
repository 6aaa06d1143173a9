#include "net/http.h"

#include "net/gated_stream.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
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

// Ends a connection that takes too long. Armed around reading; the socket's close makes the read fail.
class Deadline {
 public:
  explicit Deadline(const std::shared_ptr<Connection>& connection)
      : connection_(connection), timer_(connection->gate.get_executor()) {}

  void arm(std::chrono::milliseconds time) {
    timer_.expires_after(time);
    timer_.async_wait([weak = connection_](const beast::error_code& error) {
      const auto connection = weak.lock();
      if (!error && connection) connection->gate.socket().close();
    });
  }
  void disarm() { timer_.cancel(); }

 private:
  std::weak_ptr<Connection> connection_;
  asio::steady_timer timer_;
};

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

asio::awaitable<HttpResponse> ask(const Site& site, HttpRequest request) {
  const auto executor = co_await asio::this_coro::executor;
  auto start = [&site, request, executor](auto handler) {
    const auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    site(request, [shared, executor](HttpResponse response) {
      asio::post(executor, [shared, response = std::move(response)]() mutable { (*shared)(std::move(response)); });
    });
  };
  co_return co_await asio::async_initiate<const asio::use_awaitable_t<>, void(HttpResponse)>(start, asio::use_awaitable);
}

asio::awaitable<bool> write(std::shared_ptr<Connection> connection, HttpResponse response, HttpRequest request, bool keep) {
  GatedStream stream(connection->gate);
  beast::error_code error;
  const Answer answer = answer_of(response, request, keep);
  http::serializer<false, http::string_body> serializer(answer);
  co_await http::async_write(stream, serializer, asio::redirect_error(asio::use_awaitable, error));
  co_return !error && keep;
}

asio::awaitable<void> serve(std::shared_ptr<Connection> connection, const Site& site, const HttpLimits& limits,
                            NetProbe& probe) {
  GatedStream stream(connection->gate);
  Deadline deadline(connection);
  beast::flat_buffer buffer(limits.header_bytes + 1024);
  for (bool going_on = true; going_on;) {
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(limits.header_bytes));
    parser.body_limit(std::uint64_t{0});
    deadline.arm(limits.header_time);
    beast::error_code error;
    co_await http::async_read(stream, buffer, parser, asio::redirect_error(asio::use_awaitable, error));
    deadline.disarm();
    if (error) {
      const auto response = refusal(error);
      if (response) {
        probe.refused("bad_request");
        co_await write(connection, *response, {}, false);
      }
      break;
    }
    const bool keep_alive = parser.get().keep_alive();
    HttpRequest request = request_of(parser.get());
    const bool long_target = request.target.size() > limits.target_bytes;
    HttpResponse response = long_target ? HttpResponse::text(414, "the target is too long\n") : co_await ask(site, request);
    if (response.websocket) co_return serve_websocket(connection, parser.release(), probe);
    deadline.arm(limits.header_time * 3);
    going_on = co_await write(connection, std::move(response), std::move(request), keep_alive);
    deadline.disarm();
  }
  connection->gate.socket().shutdown_write();
}

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

void serve_http(std::shared_ptr<Connection> connection, const Site& site, const HttpLimits& limits, NetProbe& probe) {
  connection->gate.guard(connection);
  asio::co_spawn(connection->gate.get_executor(), serve(connection, site, limits, probe), asio::detached);
}

}  // namespace tailrace
