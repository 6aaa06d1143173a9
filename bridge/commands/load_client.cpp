#include "commands/load_client.h"

#include "wire/json_text.h"

#include <sys/socket.h>

namespace tailrace {

namespace {

constexpr std::size_t kMostGreeting = 16 << 10;

// The text of a string member, without looking further than its name: good for the bridge's own codes and positions.
std::string_view member(std::string_view text, std::string_view name) {
  const auto at = text.find(name);
  if (at == std::string_view::npos) return {};
  const auto rest = text.substr(at + name.size());
  return rest.substr(0, rest.find('"'));
}

}  // namespace

bool LoadClient::dial(const Destination& destination) {
  socket_ = destination.dial();
  frames_ = {};
  greeting_.clear();
  state_ = socket_ ? State::connecting : State::away;
  return state_ == State::connecting;
}

void LoadClient::send(std::string_view bytes) {
  // A few hundred bytes into an empty socket buffer: a short write is a broken connection.
  const auto sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(bytes.size())) lost();
}

void LoadClient::writable() {
  state_ = State::upgrading;
  send(shared_.upgrade);
}

void LoadClient::read(std::string_view bytes) {
  shared_.tally.bytes += bytes.size();
  if (state_ == State::upgrading) return read_upgrade(bytes);
  read_frames(bytes);
}

void LoadClient::read_upgrade(std::string_view bytes) {
  greeting_.append(bytes);
  const auto end = greeting_.find("\r\n\r\n");
  if (end == std::string::npos && greeting_.size() < kMostGreeting) return;
  if (!greeting_.starts_with("HTTP/1.1 101")) return refuse(greeting_.substr(0, greeting_.find('\r')));
  state_ = State::asking;
  subscribe();
  const auto rest = std::exchange(greeting_, {}).substr(end + 4);
  if (!rest.empty()) read_frames(rest);
}

void LoadClient::subscribe() {
  std::string message = R"({"op":"subscribe","id":1,"channel":)";
  append_json_string(message, shared_.channel);
  message += chain_.started() ? R"(,"from":{"position":")" + format_position(chain_.position()) + "\"}"
                              : R"(,"from":)" + shared_.from;
  send(masked_frame(1, message + "}"));
}

void LoadClient::read_frames(std::string_view bytes) {
  const bool good = frames_.feed(bytes, [this](const ServerMessage& message) { take(message); });
  if (!good) refuse("broken frames");
}

void LoadClient::take(const ServerMessage& message) {
  if (message.opcode == Opcode::ping)
    return send(masked_frame(static_cast<unsigned char>(Opcode::pong), message.payload));
  if (message.opcode != Opcode::text || !socket_) return;
  ++shared_.tally.frames;
  if (const auto data = scan_data(message.payload, shared_.prefix)) return take_data(*data);
  take_reply(message.payload);
}

void LoadClient::take_data(const DataFrame& frame) {
  switch (frame.kind) {
    case DataFrame::Kind::updates:
      take_updates(frame);
      break;
    case DataFrame::Kind::gap:
      take_gap(frame);
      break;
    case DataFrame::Kind::coverage:
      take_coverage(frame);
      break;
  }
  check_live();
}

void LoadClient::check_step(const Span& span) {
  const auto step = chain_.step(span);
  if (step > 0) shared_.tally.lost += static_cast<std::uint64_t>(step);
}

void LoadClient::take_updates(const DataFrame& frame) {
  check_step(frame.span);
  auto expected = std::max(chain_.next(frame.span.partition), frame.span.from);
  Anchor last{0, frame.fingerprint};
  for (auto body = frame.body; const auto update = next_update(body);) {
    take_update(*update, expected);
    last.offset = update->offset;
    expected = std::max(expected, update->offset + 1);
  }
  if (expected > frame.span.next) ++shared_.tally.repeated;
  chain_.move(frame.span);
  chain_.anchor(frame.span.partition, last);
}

void LoadClient::take_update(const ScannedUpdate& update, Offset expected) {
  ++shared_.tally.updates;
  if (update.offset < expected) ++shared_.tally.repeated;
  if (live_) shared_.tally.latency.add(shared_.now - update.timestamp);
  if (update.counter) check_counter(update);
}

void LoadClient::check_counter(const ScannedUpdate& update) {
  const auto number = shared_.keys.of(update.key);
  if (number == KeyNumbers::kMost) return;
  if (number >= counters_.size()) counters_.resize(number + 1, kNoCounter);
  auto& expected = counters_[number];
  // A counter that begins again is another run of the producer.
  if (expected != kNoCounter && *update.counter != 0) {
    const auto step = *update.counter - expected;
    if (step > 0) shared_.tally.counters_lost += static_cast<std::uint64_t>(step);
    if (step < 0) ++shared_.tally.counters_repeated;
    ++shared_.tally.counters_checked;
  }
  expected = *update.counter + 1;
}

void LoadClient::take_gap(const DataFrame& frame) {
  check_step(frame.span);
  ++shared_.tally.gaps;
  shared_.tally.gap_offsets += static_cast<std::uint64_t>(frame.span.next - frame.span.from);
  chain_.move(frame.span);
  forget_counters();
}

void LoadClient::take_coverage(const DataFrame& frame) {
  for (auto body = frame.body; const auto row = next_row(body);) {
    check_step(*row);
    chain_.cover(*row);
  }
}

void LoadClient::take_reply(std::string_view text) {
  if (text.starts_with(R"({"subscribed")")) return take_subscribed(text);
  if (text.starts_with(R"({"reset")")) return take_reset(text);
  if (text.starts_with(R"({"error")") || text.starts_with(R"({"unsubscribed")"))
    refuse(std::string(member(text, R"("code":")")));
}

void LoadClient::take_subscribed(std::string_view text) {
  const auto position = parse_position(member(text, R"("position":")"));
  const auto head = parse_position(member(text, R"("head":")"));
  if (!position || !head) return refuse("unreadable position");
  if (chain_.started())
    for (const auto& place : position->places) check_step({place.partition, place.next, place.next});
  chain_.restart(*position);
  head_ = *head;
  state_ = State::standing;
  check_live();
}

void LoadClient::take_reset(std::string_view text) {
  const auto position = parse_position(member(text, R"("position":")"));
  if (!position) return refuse("unreadable position");
  ++shared_.tally.resets;
  chain_.restart(*position);
  forget_counters();
}

void LoadClient::check_live() {
  if (live_ || state_ != State::standing || !chain_.reached(head_)) return;
  live_ = true;
  shared_.tally.caught_up.push_back(shared_.clock);
}

void LoadClient::refuse(const std::string& code) {
  ++shared_.tally.refusals[code];
  socket_.reset();
  state_ = State::refused;
}

void LoadClient::lost() {
  ++(state_ == State::connecting ? shared_.tally.failed_connects : shared_.tally.disconnects);
  socket_.reset();
  live_ = false;
  state_ = State::away;
}

void LoadClient::cut() {
  const linger now{1, 0};
  setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now);
  socket_.reset();
  live_ = false;
  state_ = State::away;
}

}  // namespace tailrace
