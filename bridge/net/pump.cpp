#include "net/pump.h"

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
  std::vector<Piece> pieces{{*held, held, nullptr, false, 0}};
  return write(pieces);
}

// False where the socket is full now.
bool Pump::write(std::vector<Piece>& pieces) {
  const std::size_t begun = gate_.write(pieces);
  const std::span<const Piece> all(pieces);
  session_.sent(total(all.first(begun)));
  if (gate_.ended()) return false;
  if (begun == pieces.size() && !gate_.blocked()) return true;
  for (const Piece& piece : all.subspan(begun))
    if (!piece.in_step) gate_.keep(piece);
  take_back(all.subspan(begun));
  session_.idle_pages();
  return false;
}

// From the last to the first, so that each cursor ends at the earliest of its own.
void Pump::take_back(std::span<const Piece> unsent) {
  for (auto piece = unsent.rbegin(); piece != unsent.rend(); ++piece)
    if (piece->in_step) session_.give_back(*piece);
}

}  // namespace tailrace
