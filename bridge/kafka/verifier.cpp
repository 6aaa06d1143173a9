#include "kafka/verifier.h"

#include "kafka/offsets_query.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>

namespace tailrace {
namespace {

constexpr int kPatience = 5000;
constexpr std::chrono::milliseconds kLookAgain{1000};
// A new leader may know less than was read until its followers have spoken.
constexpr std::chrono::milliseconds kLasting{4000};
constexpr int kAnswers = 4;
// Others wait: what is not found by then is looked for by the next check.
constexpr std::chrono::seconds kEnough{5};
constexpr std::chrono::seconds kLearnAgain{5};
constexpr int kLearnTries = 100;
// How far back from its start a partition is learned: from its root to the last record, if that is near.
constexpr std::array<Offset, 5> kReach{Offset{1} << 62, 1 << 14, 1 << 10, 1 << 6, 8};

}  // namespace

Verifier::Verifier(const KafkaSettings& settings, IngestProbe& probe, Tell tell)
    : probe_(probe), tell_(std::move(tell)), settings_(settings), records_(std::make_unique<Probe>(settings, stopping_)) {}

Verifier::~Verifier() {
  stopping_ = true;
  context_.stop();
}

void Verifier::start() {
  thread_ = std::jthread([this] { context_.run(); });
}

void Verifier::check(CheckRequest request) {
  boost::asio::post(context_, [this, request = std::move(request)]() mutable { run_check(std::move(request)); });
}

void Verifier::learn(LearnRequest request) {
  boost::asio::post(context_, [this, request = std::move(request)]() mutable { run_learn(std::move(request)); });
}

void Verifier::run_check(CheckRequest request) {
  CheckAnswer answer = this->answer(request);
  if (stopping_) return;
  if (answer.finding != Finding::doubtful) return tell_(std::move(answer));
  auto timer = std::make_shared<boost::asio::steady_timer>(context_, kLookAgain);
  timer->async_wait([this, timer, request = std::move(request)](boost::system::error_code error) mutable {
    if (!error) run_check(std::move(request));
  });
}

CheckAnswer Verifier::answer(CheckRequest& request) {
  CheckAnswer answer{request.topic, request.generation, Finding::fine, 0, {}, {}, {}};
  const auto leaders = records_->partitions(request.topic);
  if (leaders) answer.partitions = leaders->size();
  const bool there = leaders && !leaders->empty() && ask_bounds(request, *leaders);
  if (there) {
    answer.verdicts = judge(request.claims, [&](const auto& ranges) { return look(request.topic, ranges); });
    const bool fewer = answer.partitions < request.partitions;
    const bool doubtful = finding_of(answer.verdicts, fewer, false) == Finding::doubtful;
    answer.finding = finding_of(answer.verdicts, fewer, lasting(request.topic, doubtful));
    renew_if_deaf(request.claims, answer.verdicts);
  } else {
    lasting(request.topic, false);
  }
  answer.claims = request.claims;
  if (there && answer.finding == Finding::fine) find_extents(request, answer);
  return answer;
}

// A handle that does not answer may have been left so by what it once could not read.
void Verifier::renew_if_deaf(const std::vector<Claim>& claims, const std::vector<Verdict>& verdicts) try {
  for (std::size_t i = 0; i < claims.size() && !stopping_; ++i) {
    if (verdicts[i].kind != Verdict::Kind::unavailable || claims[i].bounds.stable == kUnknown) continue;
    spdlog::debug("verifier: no record came in time; a new handle asks");
    records_ = std::make_unique<Probe>(settings_, stopping_);
    return;
  }
} catch (const StartError&) {
  // No other is to be had: this one goes on.
}

bool Verifier::ask_bounds(CheckRequest& request, const std::vector<std::int32_t>& leaders) {
  std::vector<OffsetQuestion> earliest;
  std::vector<Claim*> asking;
  for (Claim& claim : request.claims) {
    claim.bounds = {};
    if (static_cast<std::size_t>(claim.partition) >= leaders.size() || leaders[claim.partition] == kNoLeader) continue;
    earliest.push_back({&request.topic, claim.partition, leaders[claim.partition]});
    asking.push_back(&claim);
  }
  std::vector<OffsetQuestion> stable = earliest;
  if (!ask_offsets(records_->handle(), earliest, kEarliest, kPatience)) return false;
  if (!ask_offsets(records_->handle(), stable, kStable, kPatience)) return false;
  for (std::size_t i = 0; i < asking.size(); ++i) asking[i]->bounds = {earliest[i].answer, stable[i].answer};
  return true;
}

bool Verifier::lasting(const std::string& topic, bool doubtful) {
  if (!doubtful) {
    doubts_.erase(topic);
    return false;
  }
  Doubt& doubt = doubts_.try_emplace(topic, Doubt{Clock::now()}).first->second;
  const bool lasts = ++doubt.answers >= kAnswers && Clock::now() - doubt.since >= kLasting;
  if (lasts) doubts_.erase(topic);
  return lasts;
}

void Verifier::find_extents(const CheckRequest& request, CheckAnswer& answer) try {
  const auto deadline = Clock::now() + kEnough;
  ++turn_;
  for (std::size_t i = 0; i < request.claims.size() && !stopping_ && Clock::now() < deadline; ++i) {
    const Claim& claim = request.claims[(turn_ + i) % request.claims.size()];
    if (std::ranges::find(request.undecodable, claim.partition) == request.undecodable.end()) continue;
    if (claim.next >= claim.bounds.stable) continue;
    const auto extent = find_extent(request.topic, claim);
    if (extent) answer.undecodable[claim.partition] = *extent;
    spdlog::debug("topic {} [{}]: can't be read at {}: up to {}", request.topic, claim.partition, claim.next,
                  extent ? extent->to : kUnknown);
  }
} catch (const StartError&) {
  // No handle is to be had: the next check tries again.
}

std::optional<Undecodable> Verifier::find_extent(const std::string& topic, const Claim& claim) {
  Probe probe(settings_, stopping_, Probe::kSeesStandstill);
  return find_undecodable(claim.next, claim.bounds.stable, [&](Offset offset, int patience_ms) {
    return probe.look(topic, {claim.partition, offset, claim.bounds.stable, ProbeRange::Which::first}, patience_ms);
  });
}

// What does not answer is asked again.
void Verifier::run_learn(LearnRequest request) {
  LearnAnswer answer{request.topic, request.generation, {}};
  const std::map<Partition, Offset> earliest = ask_earliest(request);
  LearnRequest again{request.topic, request.generation, {}, request.tries + 1};
  for (const auto& start : request.starts)
    if (!earliest.contains(start.first)) again.starts.push_back(start);
  std::erase_if(request.starts, [&](const auto& start) { return !earliest.contains(start.first); });
  for (const Offset reach : kReach) {
    std::vector<ProbeRange> ranges;
    for (const auto& [partition, start] : request.starts) {
      const Offset from = std::max(earliest.at(partition), start - reach);
      const auto which = reach == kReach.back() ? ProbeRange::Which::last : ProbeRange::Which::first;
      if (from < start) ranges.push_back({partition, from, start, which});
    }
    const std::vector<Probed> found = look(request.topic, ranges);
    for (std::size_t i = 0; i < ranges.size(); ++i)
      if (found[i].kind == Probed::Kind::record)
        answer.anchors[ranges[i].partition].push_back({found[i].offset, found[i].fingerprint});
  }
  tell_(std::move(answer));
  if (again.starts.empty() || again.tries == kLearnTries) return;
  auto timer = std::make_shared<boost::asio::steady_timer>(context_, kLearnAgain);
  timer->async_wait([this, timer, again = std::move(again)](boost::system::error_code error) {
    if (!error) run_learn(again);
  });
}

// Of those partitions that answer.
std::map<Partition, Offset> Verifier::ask_earliest(const LearnRequest& request) {
  std::map<Partition, Offset> earliest;
  const auto leaders = records_->partitions(request.topic);
  if (!leaders) return earliest;
  std::vector<OffsetQuestion> questions;
  for (const auto& [partition, start] : request.starts)
    if (static_cast<std::size_t>(partition) < leaders->size() && (*leaders)[partition] != kNoLeader)
      questions.push_back({&request.topic, partition, (*leaders)[partition]});
  if (!ask_offsets(records_->handle(), questions, kEarliest, kPatience)) return earliest;
  for (const OffsetQuestion& question : questions)
    if (question.answer != kUnknown) earliest[question.partition] = question.answer;
  return earliest;
}

std::vector<Probed> Verifier::look(const std::string& topic, const std::vector<ProbeRange>& ranges) {
  probe_.probes.fetch_add(ranges.size(), std::memory_order_relaxed);
  return records_->look(topic, ranges, kPatience);
}

}  // namespace tailrace
