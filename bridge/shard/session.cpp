#include "shard/session.h"

#include "shard/shard.h"
#include "wire/reply.h"

#include <algorithm>

namespace tailrace {

namespace {

constexpr Millis kTooManyPause = 5000;
const Error kNoChannel{"channel_unavailable", "no such channel"};
const Error kDenied{kTopicUnavailable, "Kafka denies the bridge the topic"};

bool is_fault(std::string_view code) {
  return code == "bad_json" || code == "bad_field" || code == "unknown_op" || code == "position_invalid" ||
         code == "binary_message";
}

}  // namespace

Session::Session(Shard& shard, Outlet& outlet, std::string name, std::string peer)
    : shard_(shard), outlet_(outlet), name_(std::move(name)), peer_(std::move(peer)),
      messages_(shard.limits().message_burst, shard.limits().messages_per_second),
      faults_(shard.limits().fault_burst, shard.limits().faults_per_second) {}

Session::~Session() { close(); }

void Session::open() {
  open_ = true;
  opened_ = shard_.now();
  shard_.join(*this);
  Welcome welcome;
  welcome.server = "tailrace/" TAILRACE_VERSION;
  welcome.session = name_;
  welcome.heartbeat = shard_.options().heartbeat;
  welcome.time = shard_.now();
  welcome.max_message = shard_.limits().message_bytes;
  welcome.max_subscriptions = shard_.limits().subscriptions;
  say(welcome_frame(welcome));
  if (!shard_.kafka().reachable && shard_.kafka().since != 0) say(kafka_status_frame(false, shard_.kafka().since));
}

void Session::close() {
  if (!std::exchange(open_, false)) return;
  pinned(0);
  turns_->clear();
  shard_.leave(*this);
  for (const auto& [channel, subscription] : subscriptions_)
    if (!subscription->view()) shard_.stop_waiting(channel, *this);
  for (const auto& [command, id] : early_times_) shard_.stop_waiting(command.channel, *this);
  subscriptions_.clear();
}

// ---- what the client says

void Session::receive(std::string_view message) {
  if (!may_talk()) return;
  const auto parsed = shard_.parser().parse(message);
  if (const auto* error = std::get_if<CommandError>(&parsed)) {
    wire_log_.refused(*error);
    return fault(error->error, error->id);
  }
  const auto& command = std::get<Command>(parsed);
  wire_log_.heard(command, message);
  std::visit([&](const auto& op) { on(op, command.id); }, command.op);
}

void Session::receive_binary() {
  if (may_talk()) fault({"binary_message", "messages are text"}, {});
}

void Session::receive_ping() { may_talk(); }

void Session::receive_query(SubscribeCommand command, const std::optional<Error>& error) {
  if (!open_) return;
  if (error) return refuse(*error, false, {}, command.channel);
  subscribe(std::move(command), {});
}

// What was on its way when the connection ended is nobody's any more.
bool Session::may_talk() {
  if (!open_) return false;
  add(shard_.probe().commands);
  if (messages_.take(shard_.now())) return true;
  say(closing_frame("too_many_messages", kTooManyPause));
  outlet_.close(4429, "too many messages");
  return false;
}

void Session::fault(const Error& error, CommandId id) {
  if (is_fault(error.code) && !faults_.take(shard_.now())) return outlet_.close(4400, "too many bad messages");
  refuse(error, false, id);
}

void Session::refuse(const Error& error, bool retry, CommandId id, std::string_view channel) {
  shard_.probe().errors.add(error.code);
  say(error_frame(error, retry, id, channel));
}

void Session::on(const SubscribeCommand& command, CommandId id) { subscribe(command, id); }

void Session::subscribe(SubscribeCommand command, CommandId id) {
  const std::string channel = command.channel;
  if (subscriptions_.contains(channel))
    return refuse({"already_subscribed", "this connection is subscribed to the channel"}, false, id, channel);
  if (subscriptions_.size() >= shard_.limits().subscriptions)
    return refuse({"too_many_subscriptions", "this connection holds all the subscriptions it may"}, false, id, channel);
  const auto view = shard_.view(channel);
  if (!view && shard_.denied(channel)) return refuse(kDenied, true, id, channel);
  if (!view && !shard_.expects(channel)) return refuse(kNoChannel, false, id, channel);
  const auto subscription = std::make_shared<Subscription>(*this, std::move(command), id);
  subscriptions_[channel] = subscription;
  view ? subscription->open(view) : shard_.wait_for(channel, *this);
}

void Session::on(const UnsubscribeCommand& command, CommandId id) {
  const auto at = subscriptions_.find(command.channel);
  if (at == subscriptions_.end())
    return refuse({"not_subscribed", "there is no such subscription"}, false, id, command.channel);
  if (!at->second->flowing())
    refuse({"cancelled", "unsubscribed before it began"}, false, at->second->id(), command.channel);
  forget(command.channel);
  say(unsubscribed_frame(command.channel, id));
}

void Session::on(const AuthCommand&, CommandId id) { say(authenticated_frame(std::nullopt, id)); }

void Session::on(const ChannelsCommand&, CommandId id) { say(channels_frame(shard_.summaries(), id)); }

void Session::on(const TimesCommand& command, CommandId id) {
  const auto view = shard_.view(command.channel);
  if (!view && shard_.denied(command.channel)) return refuse(kDenied, true, id, command.channel);
  if (!view && !shard_.expects(command.channel)) return refuse(kNoChannel, false, id, command.channel);
  if (unanswered_times_ >= shard_.limits().unanswered_times)
    return refuse({"overloaded", "too many unanswered requests"}, true, id, command.channel);
  ++unanswered_times_;
  if (view) return answer_times(command, id);
  early_times_.emplace_back(command, id);
  shard_.wait_for(command.channel, *this);
}

void Session::answer_times(const TimesCommand& command, CommandId id) {
  auto done = [weak = weak_from_this(), command, id](const Result<TimeOffsets>& times) {
    const auto self = weak.lock();
    if (!self || !self->open_) return;
    --self->unanswered_times_;
    if (times.has_error())
      return self->refuse({"kafka_unavailable", "Kafka did not answer"}, true, id, command.channel);
    std::vector<Millis> at;
    for (const Millis time : command.at) at.push_back(time / 1000 * 1000);
    self->say(times_frame(command.channel, at, times->at, times->earliest, id));
  };
  shard_.ask_times(shard_.view(command.channel), command.at, std::move(done));
}

void Session::on(const PingCommand&, CommandId id) { say(pong_frame(shard_.now(), id)); }

// ---- what the server says

void Session::say(std::string frame) {
  wire_log_.said(frame);
  const bool full = replies_.size() > shard_.limits().unsent_replies;  // one reply may be large
  replies_ += frame;
  if (full) return outlet_.abort();
  outlet_.nudge();
}

void Session::say_reset(const std::string& channel, std::string_view reason, const Position& position) {
  shard_.probe().resets.add(std::string(reason));
  say(reset_frame(channel, reason, position));
}

void Session::refuse(Subscription& subscription, const Error& error) {
  const auto held = subscription.shared_from_this();
  forget(subscription.channel());
  refuse(error, false, held->id(), held->channel());
}

// What waits for a channel that there is not.
void Session::topics_known() {
  for (const auto& [channel, subscription] : std::map(subscriptions_))
    if (!subscription->view() && !shard_.expects(channel)) refuse(*subscription, kNoChannel);
  for (const auto& [command, id] : std::vector(early_times_))
    if (!shard_.expects(command.channel)) refuse_early_times(command.channel, kNoChannel, false);
}

void Session::refuse_early_times(const std::string& channel, const Error& error, bool retry) {
  const auto early = std::stable_partition(early_times_.begin(), early_times_.end(),
                                           [&](const auto& one) { return one.first.channel != channel; });
  const std::vector refused(early, early_times_.end());
  early_times_.erase(early, early_times_.end());
  if (!waits_for(channel)) shard_.stop_waiting(channel, *this);
  unanswered_times_ -= refused.size();
  for (const auto& [command, id] : refused) refuse(error, retry, id, channel);
}

void Session::channel_opened(const std::shared_ptr<ChannelView>& view) {
  const auto at = subscriptions_.find(view->channel->name);
  if (at != subscriptions_.end() && !at->second->view()) at->second->open(view);
  const auto early = std::stable_partition(early_times_.begin(), early_times_.end(), [&](const auto& one) {
    return one.first.channel != view->channel->name;
  });
  const std::vector now(early, early_times_.end());
  early_times_.erase(early, early_times_.end());
  for (const auto& [command, id] : now) answer_times(command, id);
}

// Who still waits for the reply to its `subscribe` gets that.
void Session::channel_closed(const std::string& channel, std::string_view code) {
  const bool denied = code == kTopicUnavailable;
  const Error& none = denied ? kDenied : kNoChannel;
  const auto at = subscriptions_.find(channel);
  const auto subscription = at == subscriptions_.end() ? nullptr : at->second;
  refuse_early_times(channel, none, denied);
  if (!subscription) return;
  forget(channel);
  if (subscription->flowing()) return say(unsubscribed_frame(channel, code));
  refuse(none, denied, subscription->id(), channel);
}

void Session::drain(Millis reconnect_in) {
  say(closing_frame("draining", reconnect_in));
  outlet_.close(1012, "draining");
}

void Session::forget(const std::string& channel) {
  subscriptions_.erase(channel);
  if (!waits_for(channel)) shard_.stop_waiting(channel, *this);
}

bool Session::waits_for(const std::string& channel) const {
  const auto at = subscriptions_.find(channel);
  return (at != subscriptions_.end() && !at->second->view()) ||
         std::ranges::any_of(early_times_, [&](const auto& one) { return one.first.channel == channel; });
}

// ---- numbers

void Session::add_lags(std::vector<Offset>& lags) const {
  for (const auto& [channel, subscription] : subscriptions_)
    if (subscription->flowing()) lags.push_back(subscription->lag());
}

Session::Summary Session::summary() const {
  Summary summary{name_, peer_, {}, 0, false, outlet_.blocked(), sent_bytes_, opened_};
  for (const auto& [channel, subscription] : subscriptions_) {
    summary.channels.push_back(channel);
    summary.lag += subscription->lag();
    summary.catching_up = summary.catching_up || subscription->catching_up();
  }
  return summary;
}

}  // namespace tailrace
