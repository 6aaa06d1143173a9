#include "commands/tail_session.h"

#include "commands/terminal.h"
#include "config/cli.h"
#include "wire/json_text.h"

#include <poll.h>

#include <algorithm>
#include <array>

namespace tailrace {

namespace {

using namespace std::chrono_literals;

constexpr auto kConnectTime = 10s;
constexpr auto kFirstSilence = 60s;  // until `welcome` says how often a heartbeat comes
constexpr auto kFirstDelay = 500ms;
constexpr auto kMostDelay = 20s;
constexpr auto kStableAfter = 5s;  // a connection that held so long makes the next delay small again
constexpr auto kRefusedPause = 5s;

// Coming back is no use (schemas/protocol.md, section 8).
bool is_terminal(int close_code) {
  constexpr std::array kTerminal{4400, 4401, 4403, 4409};
  return std::find(kTerminal.begin(), kTerminal.end(), close_code) != kTerminal.end();
}

}  // namespace

TailSession::TailSession(const TailRequest& request, TailPrinter& printer, const Descriptor& interrupt)
    : request_(request), printer_(printer), interrupt_(interrupt), silence_(kFirstSilence), delay_(kFirstDelay) {}

int TailSession::run() {
  auto next = Next::reconnect;
  try {
    while ((next = connection()) == Next::reconnect) pause(backoff());
  } catch (const Interrupted&) {
    if (chain_.started()) printer_.go_on_from(chain_.position());
    next = Next::done;
  } catch (const OutputClosed&) {
    next = Next::done;
  }
  return next == Next::done ? kExitDone : kExitFailed;
}

TailSession::Next TailSession::connection() {
  up_since_ = Clock::now();
  told_pause_.reset();
  try {
    SocketClient client(request_.url, interrupt_, Clock::now() + kConnectTime);
    if (connected_once_) printer_.note("connected again");
    connected_once_ = true;
    client.send(subscribe_message());
    return follow(client);
  } catch (const StreamError& error) {
    printer_.note(printable(error.what()));
    return connected_once_ ? Next::reconnect : Next::failed;
  }
}

TailSession::Next TailSession::follow(SocketClient& client) {
  for (;;) {
    if (!client.has_next()) printer_.flush();
    const auto message = client.next(Clock::now() + silence_);
    if (!message) throw StreamError("nothing came for too long");
    if (const auto next = take(*message)) {
      if (*next == Next::done) client.say_goodbye();
      return *next;
    }
  }
}

std::optional<TailSession::Next> TailSession::take(const SocketClient::Message& message) {
  if (message.opcode == Opcode::close) return closed(message.payload);
  const auto frame = reader_.read(message.payload);
  if (!frame) throw StreamError("the bridge sent what can't be read: " + frame.error().message);
  return std::visit([this](const auto& known) { return on(known); }, *frame);
}

TailSession::Next TailSession::closed(std::string_view payload) {
  const auto code = payload.size() < 2
                        ? 1005
                        : (static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]));
  const auto reason = payload.size() < 2 ? std::string() : " " + printable(payload.substr(2));
  printer_.note("closed by the bridge: " + std::to_string(code) + reason);
  return is_terminal(code) ? Next::failed : Next::reconnect;
}

std::string TailSession::subscribe_message() const {
  std::string message = R"({"op":"subscribe","id":1,"channel":)";
  append_json_string(message, request_.channel);
  const bool first_is_position = request_.from.starts_with(R"({"position")");
  if (chain_.started())
    message += R"(,"from":{"position":")" + format_position(chain_.position()) + "\"}";
  else
    message += R"(,"from":)" + request_.from;
  if (chain_.started() && !first_is_position) message += R"(,"start":)" + request_.from;
  if (!request_.to.empty()) message += R"(,"to":)" + request_.to;
  return message + "}";
}

std::optional<TailSession::Next> TailSession::on(const WelcomeFrame& welcome) {
  silence_ = std::chrono::milliseconds(2 * welcome.heartbeat) + 1s;
  return {};
}

std::optional<TailSession::Next> TailSession::on(const SubscribedFrame& subscribed) {
  for (const auto& place : subscribed.position.places) {
    const Span here{place.partition, place.next, place.next};
    if (chain_.started() && place.next != kUnknown && chain_.step(here) > 0) return hole(here);
  }
  chain_.restart(subscribed.position);
  return {};
}

std::optional<TailSession::Next> TailSession::on(const UpdatesFrame& batch) {
  const auto& span = batch.span;
  if (chain_.step(span) > 0) return hole(span);
  for (const auto& update : batch.updates)
    if (update.offset >= chain_.next(span.partition)) printer_.update(span.partition, update);
  chain_.move(span);
  if (!batch.updates.empty()) chain_.anchor(span.partition, {batch.updates.back().offset, batch.fingerprint});
  return {};
}

std::optional<TailSession::Next> TailSession::on(const GapFrame& gap) {
  if (chain_.step(gap.span) > 0) return hole(gap.span);
  printer_.gap(gap);
  chain_.move(gap.span);
  return {};
}

std::optional<TailSession::Next> TailSession::on(const CoverageFrame& coverage) {
  for (const auto& row : coverage.rows) {
    if (chain_.step(row) > 0) return hole(row);
    chain_.cover(row);
  }
  return {};
}

std::optional<TailSession::Next> TailSession::on(const EndedFrame& ended) {
  printer_.flush();
  printer_.go_on_from(ended.position);
  return Next::done;
}

std::optional<TailSession::Next> TailSession::on(const ResetFrame& reset) {
  printer_.reset(reset);
  chain_.restart(reset.position);
  return {};
}

std::optional<TailSession::Next> TailSession::on(const RefusalFrame& refusal) {
  printer_.note("refused: " + printable(refusal.code) + ", " + printable(refusal.message));
  if (!refusal.retry) return Next::failed;
  told_pause_ = kRefusedPause;
  return Next::reconnect;
}

std::optional<TailSession::Next> TailSession::on(const ClosingFrame& closing) {
  told_pause_ = std::chrono::milliseconds(closing.reconnect_in);
  printer_.note("the bridge is about to close: " + printable(closing.reason));
  return {};
}

std::optional<TailSession::Next> TailSession::on(const StatusFrame& status) {
  printer_.note("status: " + printable(status.text));
  return {};
}

// Asked for once more; twice at the same place is reported, not looped.
TailSession::Next TailSession::hole(const Span& span) {
  const Hole here{span.partition, chain_.next(span.partition)};
  const bool again = hole_ == here;
  printer_.note("hole: partition " + std::to_string(here.partition) + " leaps from " + std::to_string(here.next) +
                " to " + std::to_string(span.from) + (again ? " again: the bridge is at fault" : ", asking again"));
  hole_ = here;
  told_pause_ = 0ms;
  return again ? Next::failed : Next::reconnect;
}

TailSession::Clock::duration TailSession::backoff() {
  if (told_pause_) return *told_pause_;
  delay_ = Clock::now() - up_since_ >= kStableAfter ? Clock::duration(kFirstDelay)
                                                    : std::min<Clock::duration>(delay_ * 2, kMostDelay);
  return std::chrono::milliseconds(std::uniform_int_distribution<std::int64_t>(
      0, std::chrono::duration_cast<std::chrono::milliseconds>(delay_).count())(random_));
}

void TailSession::pause(Clock::duration length) const {
  pollfd one{interrupt_.get(), POLLIN, 0};
  if (poll(&one, 1, static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(length).count())) > 0)
    throw Interrupted{};
}

}  // namespace tailrace
