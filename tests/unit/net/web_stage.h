// A shard on the test's own thread that serves HTTP and WebSockets over real sockets: /ws is the WebSocket, everything
// else answers with its path.
#pragma once

#include "net/http.h"
#include "peer.h"
#include "shard/stage.h"

namespace tailrace {

class WebStage : public Stage {
 protected:
  ~WebStage() override { end(); }  // connections that are still open refer to what stands here

  // A connection that nothing was said on.
  std::unique_ptr<Peer> dial(int receive_buffer = 0) {
    auto peer = std::make_unique<Peer>(receive_buffer);
    auto gone = [this] { ++ended_; };
    serve_http(std::make_shared<Connection>(peer->accepted(shard().io()), shard(), "peer", gone), site_, http_, net_);
    return peer;
  }
  // A WebSocket, its welcome heard.
  std::unique_ptr<Peer> connect(int receive_buffer = 0) {
    auto peer = dial(receive_buffer);
    peer->send(
        "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
    EXPECT_EQ(head_of(*peer).substr(0, 12), "HTTP/1.1 101");
    EXPECT_EQ(hear(*peer, "welcome"), "welcome");
    return peer;
  }
  std::unique_ptr<Peer> subscribe(int receive_buffer = 0) {
    auto peer = connect(receive_buffer);
    say(*peer, R"({"op":"subscribe","channel":"metrics"})");
    hear(*peer, "subscribed 0:0,1:0");
    return peer;
  }
  static void say(const Peer& peer, std::string_view message) { peer.send(client_frame(1, message)); }

  std::string head_of(Peer& peer) {
    std::string head;
    run_until([&] {
      peer.read();
      if (head.empty()) head = peer.head();
      return !head.empty() || peer.ended();
    });
    return head;
  }
  // Reads until a frame begins with `last`; all of them, in short.
  std::string hear(Peer& peer, const std::string& last) {
    std::string text;
    bool heard = false;
    run_until([&] {
      peer.read();
      for (const std::string& frame : peer.frames()) {
        const std::string one = frame.starts_with('{') ? shorten_frame(frame) : frame;
        text += (text.empty() ? "" : "; ") + one;
        heard = heard || one.starts_with(last);
      }
      return heard || peer.ended();
    });
    return text;
  }
  Session& session() { return **shard().sessions().begin(); }  // of the one client

  // What was counted, as "label:count …".
  static std::string text_of(const LabelledCounts& counts) {
    std::string text;
    for (const auto& [label, count] : counts.all())
      if (count > 0) text += (text.empty() ? "" : " ") + label + ":" + std::to_string(count);
    return text;
  }

  // More than the socket of a client takes that does not read.
  void publish_much(int count = 600) {
    for (; count > 0; --count) {
      kafka_.add(0, 1, 1000);
      publish(0);
    }
  }

  Site site_ = [](const HttpRequest& request, const Respond& respond) {
    HttpResponse response = HttpResponse::text(200, request.target);
    response.websocket = request.upgrade && request.target == "/ws";
    respond(std::move(response));
  };
  HttpLimits http_;
  NetProbe net_;
  int ended_ = 0;
};

}  // namespace tailrace
