#include "kafka/judge.h"

#include <algorithm>

namespace tailrace {
namespace {

using Kind = Verdict::Kind;

// One claim on its way to a verdict: from the newest anchor before `verified` back to one that still stands, then from the
// newest of all back to that one: to the first that stands, or where the claim is to be looked at thoroughly, through all.
class Trial {
 public:
  explicit Trial(const Claim& claim) : claim_(claim), verdict_{claim.partition} {
    const auto& anchors = claim.anchors;
    old_ = std::ranges::find_if(anchors, [&](const Anchor& anchor) { return anchor.offset < claim.verified; }) -
           anchors.begin();
    was_verified_ = old_ < std::ssize(anchors);
    if (!was_verified_) old_ = oldest();
    at_ = old_;
    if (claim.bounds.earliest == kUnknown || claim.bounds.stable == kUnknown)
      done_ = true;  // unavailable
    else
      advance();
  }

  bool done() const { return done_; }
  const Verdict& verdict() const { return verdict_; }
  ProbeRange range() const { return {claim_.partition, anchor().offset, anchor().offset + 1}; }

  void heed(const Probed& probed) {
    if (probed.kind == Probed::Kind::unavailable || probed.kind == Probed::Kind::no_partition) {
      done_ = true;
      return;
    }
    const bool stands = probed.kind == Probed::Kind::record;
    if (stands && probed.fingerprint == anchor().fingerprint) return agree();
    differs_ = differs_ || stands;
    ++at_;  // not the same, or no record there any more: an older one may tell
    advance();
  }

 private:
  const Anchor& anchor() const { return claim_.anchors[at_]; }
  std::ptrdiff_t end() const { return recent_ ? old_ : std::ssize(claim_.anchors); }

  // Where nothing was ever verified: the oldest that may still stand. The newest proves nothing: it may be of the other log.
  std::ptrdiff_t oldest() const {
    const auto& anchors = claim_.anchors;
    const auto expired = std::ranges::find_if(
        anchors, [&](const Anchor& anchor) { return anchor.offset < claim_.bounds.earliest; });
    return std::max<std::ptrdiff_t>(expired - anchors.begin() - 1, 0);
  }

  void agree() {
    if (recent_ && claim_.thorough && !differs_) {
      newest_same_ = std::max(newest_same_, anchor().offset);
      ++at_;
      return advance();
    }
    verdict_.common = anchor().offset;
    if (recent_ || differs_) return conclude();
    verdict_.shared = was_verified_;
    look_at_recent();
  }

  void look_at_recent() {
    recent_ = true;
    at_ = 0;
    advance();
  }

  // To the next anchor that the log still reaches.
  void advance() {
    while (at_ < end() && anchor().offset >= claim_.bounds.stable) ++at_;
    if (at_ < end() && anchor().offset >= claim_.bounds.earliest) return;
    if (recent_ || differs_) return conclude();
    look_at_recent();
  }

  void conclude() {
    done_ = true;
    if (!differs_) verdict_.common = std::max(verdict_.common, newest_same_);
    verdict_.shared = verdict_.shared || (was_verified_ && !recent_ && verdict_.common != kUnknown);
    const bool shorter = claim_.bounds.stable < claim_.next;
    const bool compared = verdict_.common != kUnknown;
    verdict_.kind = differs_ ? Kind::broken : shorter ? Kind::shorter : compared ? Kind::same : Kind::unsure;
  }

  const Claim& claim_;
  Verdict verdict_;
  std::ptrdiff_t old_ = 0;  // the first anchor before `verified`
  std::ptrdiff_t at_ = 0;   // the one to look at
  bool was_verified_ = false;
  bool recent_ = false;     // whether it is one of those read since
  bool differs_ = false;
  Offset newest_same_ = kUnknown;  // of those
  bool done_ = false;
};

}  // namespace

std::vector<Verdict> judge(const std::vector<Claim>& claims, const LookAtRecords& look) {
  std::vector<Trial> trials(claims.begin(), claims.end());
  for (;;) {
    std::vector<ProbeRange> ranges;
    std::vector<Trial*> asking;
    for (Trial& trial : trials) {
      if (trial.done()) continue;
      ranges.push_back(trial.range());
      asking.push_back(&trial);
    }
    if (asking.empty()) break;
    const std::vector<Probed> answers = look(ranges);
    for (std::size_t i = 0; i < asking.size(); ++i) asking[i]->heed(answers[i]);
  }
  std::vector<Verdict> verdicts;
  for (const Trial& trial : trials) verdicts.push_back(trial.verdict());
  return verdicts;
}

Finding finding_of(const std::vector<Verdict>& verdicts, bool fewer, bool lasting) {
  const auto any = [&](Kind kind) {
    return std::ranges::any_of(verdicts, [kind](const Verdict& verdict) { return verdict.kind == kind; });
  };
  const bool broken = any(Kind::broken);
  const bool doubtful = fewer || any(Kind::shorter);
  if (!broken && !doubtful) return Finding::fine;
  // Where one is broken, the others are wanted too: one reset for all of them, and of the right kind.
  const bool certain = broken && (fewer || !any(Kind::unavailable));
  if (!certain && !lasting) return Finding::doubtful;
  // A partition that was never verified tells of itself only: it may have begun with the other log.
  const bool shared = std::ranges::any_of(verdicts, [](const Verdict& verdict) {
    const bool in_question = verdict.kind == Kind::broken || verdict.kind == Kind::shorter;
    return verdict.shared || (in_question && verdict.common != kUnknown);
  });
  return shared && !fewer ? Finding::truncated : Finding::recreated;
}

}  // namespace tailrace
