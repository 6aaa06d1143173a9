#include "net/pump.h"

#include <algorithm>

namespace tailrace {

namespace {

std::size_t total(std::span<const Piece> pieces) {
  std::size_t bytes = 0;
  for (const Piece& piece : pieces) bytes += piece.bytes.size();
  return bytes;
}

}  // namespace

void Pump::serve() {
  thread_local std::vector<Piece> pieces;  // a round's scratch: sessions are served one after the other
  serving_ = true;
  bool more = true;
  for (std::size_t bytes = 0; more && bytes < limits_.round_bytes && gate_.flush() && !gate_.closing();) {
    if (!write_replies()) break;
    pieces.clear();
    more = session_.collect(pieces, limits_.write_bytes);
    bytes += total(pieces);
    if (!pieces.empty() && !write(pieces)) break;
    if (pieces.empty() && !session_.has_replies()) break;
    more = more || session_.has_replies();
  }
  pieces.clear();
  serving_ = false;
  session_.pinned(gate_.kept_bytes());
  if (more) session_.writable();
}

void Pump::nudge() {
  if (!serving_ && gate_.flush() && !gate_.closing()) write_replies();
}

bool Pump::write_replies() {
  if (!session_.has_replies()) return true;
  auto held = std::make_shared<const std::string>(session_.take_replies());
  std::vector<Piece> pieces{{*held, held}};
  return write(pieces);
}

// False where the socket is full now.
bool Pump::write(std::vector<Piece>& pieces) {
  const auto begun = pieces.begin() + static_cast<std::ptrdiff_t>(gate_.write(pieces));
  if (gate_.ended()) return false;
  const auto unsent = std::stable_partition(begun, pieces.end(), [](const Piece& piece) { return !piece.in_step; });
  std::for_each(begun, unsent, [this](const Piece& piece) { gate_.keep(piece); });
  session_.sent({pieces.begin(), unsent});
  if (begun == pieces.end() && !gate_.blocked()) return true;
  for (auto piece = pieces.end(); piece != unsent;) session_.give_back(*--piece);
  session_.idle_pages();
  return false;
}

}  // namespace tailrace
