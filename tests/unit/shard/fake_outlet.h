// A transport over strings, as the real one behaves: replies before data, and of what a full socket did not take, what
// came in step goes back to the session and the rest is kept and goes first.
//
//   FakeOutlet client(shard);                 a connection; its first frame is the welcome
//   client.say(R"({"op":"ping","id":1})");    the client speaks
//   client.frames                             what it received: the texts, without headers
//   client.room = 100;                        the socket takes 100 bytes more and is then full, until open()
#pragma once

#include "shard/session.h"
#include "shard/shard.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <limits>

namespace tailrace {

class FakeOutlet final : public Outlet {
 public:
  explicit FakeOutlet(Shard& shard) : session(std::make_shared<Session>(shard, *this, "name", "peer")) { session->open(); }
  ~FakeOutlet() override { session->close(); }

  void say(std::string_view message) { session->receive(message); }
  void open_up(std::size_t bytes = kAll) {
    room = bytes;
    full_ = false;
    send_kept();
    if (!full_) session->writable();
  }

  // ---- Outlet
  void serve() override {
    serving_ = true;
    ++servings;
    bool more = true;
    while (more && !full_ && !closed()) {
      send_replies();
      std::vector<Piece> pieces;
      more = session->collect(pieces, 64 << 10);
      if (pieces.empty() && !session->has_replies()) break;
      send(pieces);
      more = more || session->has_replies();
    }
    serving_ = false;
    if (more) session->writable();
  }
  void nudge() override {
    if (!serving_ && !full_) send_replies();
  }
  bool blocked() const override { return full_; }
  void close(std::uint16_t code, std::string reason) override {
    if (!closed()) close_code = code;
    close_reason = std::move(reason);
  }
  void abort() override { aborted = true; }
  Progress progress() override {
    if (acknowledging) ++progress_now.acknowledged;
    return progress_now;
  }

  bool closed() const { return close_code != 0 || aborted; }

  static constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();
  std::size_t room = kAll;
  std::vector<std::string> frames;
  std::uint16_t close_code = 0;
  std::string close_reason;
  bool aborted = false;
  int servings = 0;
  Progress progress_now;
  bool acknowledging = false;  // something more each time it is looked at
  std::deque<Piece> kept;
  std::shared_ptr<Session> session;

 private:
  // The frame as a whole or not at all: the gate's splitting is the gate's to test.
  bool write(std::string_view bytes) {
    if (bytes.size() > room) full_ = true;
    if (full_) return false;
    if (room != kAll) room -= bytes.size();
    frames.push_back(payload(bytes));
    return true;
  }

  static std::string payload(std::string_view frame) {
    EXPECT_EQ(static_cast<unsigned char>(frame[0]), 0x81);
    const auto size = static_cast<unsigned char>(frame[1]);
    return std::string(frame.substr(size < 126 ? 2 : size == 126 ? 4 : 10));
  }

  void send_kept() {
    for (; !kept.empty() && write(kept.front().bytes); kept.pop_front()) {
    }
  }

  void send_replies() {
    if (!session->has_replies()) return;
    const std::string all = session->take_replies();
    for (std::string_view rest = all; !rest.empty();) {
      const std::size_t size = frame_size(rest);
      auto held = std::make_shared<const std::string>(rest.substr(0, size));
      if (!write(*held)) kept.push_back({*held, held});
      rest.remove_prefix(size);
    }
  }

  static std::size_t frame_size(std::string_view bytes) {
    const auto at = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])); };
    if (at(1) < 126) return 2 + at(1);
    if (at(1) == 126) return 4 + (at(2) << 8) + at(3);
    return 10 + (at(6) << 24) + (at(7) << 16) + (at(8) << 8) + at(9);
  }

  void send(std::vector<Piece>& pieces) {
    const auto begun = std::ranges::find_if(pieces, [this](const Piece& piece) { return !write(piece.bytes); });
    const auto unsent = std::stable_partition(begun, pieces.end(), [](const Piece& piece) { return !piece.in_step; });
    kept.insert(kept.end(), begun, unsent);
    if (unsent != pieces.begin()) session->sent({pieces.begin(), unsent});
    for (auto piece = pieces.end(); piece != unsent;) session->give_back(*--piece);
    if (begun != pieces.end()) session->idle_pages();
  }

  bool full_ = false;
  bool serving_ = false;
};

}  // namespace tailrace
