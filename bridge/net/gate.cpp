#include "net/gate.h"

#include <boost/asio/error.hpp>

namespace tailrace {

namespace {

constexpr std::size_t kPartsAtOnce = 256;
constexpr unsigned char kCloseOpcode = 8;

iovec part(std::string_view bytes) { return {const_cast<char*>(bytes.data()), bytes.size()}; }

}  // namespace

std::size_t Gate::write(std::span<const Piece> pieces) {
  parts_.clear();
  for (const Piece& piece : pieces.first(std::min(pieces.size(), kPartsAtOnce))) parts_.push_back(part(piece.bytes));
  const auto sent = socket_.write_now(parts_);
  if (sent < 0) {
    fail();
    return pieces.size();
  }
  auto left = static_cast<std::size_t>(sent);
  std::size_t begun = 0;
  for (; begun < parts_.size() && left >= pieces[begun].bytes.size(); ++begun) left -= pieces[begun].bytes.size();
  if (begun == pieces.size()) return begun;
  if (left > 0) {
    Piece split = pieces[begun++];
    split.bytes.remove_prefix(left);
    rest_.push_back(std::move(split));
    under_way_ = true;
  }
  wait();
  return begun;
}

bool Gate::flush() {
  if (blocked_ || ended_) return false;
  if (under_way_ && !write_rest()) return false;
  if (!slot_.empty() && !write_slot()) return false;
  if (ended_) return false;
  while (!rest_.empty())
    if (!write_rest()) return false;
  return true;
}

// Writes the first of the rest; false where the socket took less.
bool Gate::write_rest() {
  Piece& piece = rest_.front();
  parts_.assign(1, part(piece.bytes));
  const auto sent = socket_.write_now(parts_);
  if (sent < 0) {
    fail();
    return false;
  }
  piece.bytes.remove_prefix(static_cast<std::size_t>(sent));
  under_way_ = under_way_ || sent > 0;
  if (!piece.bytes.empty()) {
    wait();
    return false;
  }
  rest_.pop_front();
  under_way_ = false;
  return true;
}

bool Gate::write_slot() {
  parts_.assign(1, part(std::string_view(slot_).substr(slot_sent_)));
  const auto sent = socket_.write_now(parts_);
  if (sent < 0) {
    fail();
    return false;
  }
  slot_sent_ += static_cast<std::size_t>(sent);
  if (slot_sent_ < slot_.size()) {
    wait();
    return false;
  }
  ended_ = slot_closes_;
  finish_slot({});
  return true;
}

void Gate::put(std::string bytes, Done done) {
  if (ended_ || !socket_.is_open()) return done(boost::asio::error::broken_pipe, 0);
  slot_closes_ = upgraded_ && (static_cast<unsigned char>(bytes.front()) & 0x0f) == kCloseOpcode;
  slot_ = std::move(bytes);
  slot_sent_ = 0;
  slot_done_ = std::move(done);
  if (slot_closes_) on_closing_();
  flush();
}

void Gate::finish_slot(boost::system::error_code error) {
  const std::size_t size = std::exchange(slot_, {}).size();
  if (const Done done = std::exchange(slot_done_, {})) done(error, error ? 0 : size);
}

void Gate::wait() {
  if (blocked_) return;
  blocked_ = true;
  socket_.wait_writable([this, owner = owner_](const boost::system::error_code& error) {
    const auto held = owner.lock();
    if (!held) return;
    blocked_ = false;
    if (error) return fail();
    if (flush() && on_writable_) on_writable_();
  });
}

void Gate::fail() {
  ended_ = true;
  rest_.clear();
  under_way_ = false;
  if (!slot_.empty()) finish_slot(boost::asio::error::broken_pipe);
  if (!socket_.is_open()) return;
  socket_.close();  // whoever reads learns it at once
  boost::asio::post(get_executor(), [this, owner = owner_] {
    if (const auto held = owner.lock(); held && on_writable_) on_writable_();
  });
}

std::size_t Gate::kept_bytes() const {
  std::size_t bytes = 0;
  for (const Piece& piece : rest_) bytes += piece.bytes.size();
  return bytes;
}

}  // namespace tailrace
