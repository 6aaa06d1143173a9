#include "commands/load_report.h"

#include "wire/json_text.h"

#include <algorithm>

namespace tailrace {

namespace {

double share_of(std::vector<double> sorted, double share) {
  if (sorted.empty()) return 0;
  return sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(share * static_cast<double>(sorted.size())))];
}

std::vector<double> sorted(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values;
}

double per_update(const LoadTally& tally, const LoadOutcome& outcome) {
  return tally.updates ? outcome.cpu_seconds * 1e6 / static_cast<double>(tally.updates) : 0;
}

std::string refusals_json(const LoadTally& tally) {
  std::string text = "{";
  for (const auto& [code, count] : tally.refusals) {
    if (text.size() > 1) text += ",";
    append_json_string(text, code);
    text += ":" + std::to_string(count);
  }
  return text + "}";
}

std::string latency_json(const LatencyCounts& latency) {
  return R"({"p50":)" + std::to_string(latency.at(0.5)) + R"(,"p90":)" + std::to_string(latency.at(0.9)) +
         R"(,"p99":)" + std::to_string(latency.at(0.99)) + R"(,"p999":)" + std::to_string(latency.at(0.999)) +
         R"(,"max":)" + std::to_string(latency.at(1)) + "}";
}

std::string caught_up_json(const std::vector<double>& seconds) {
  return R"({"clients":)" + std::to_string(seconds.size()) + R"(,"p50":)" + decimal_text(share_of(seconds, 0.5), 3) +
         R"(,"p99":)" + decimal_text(share_of(seconds, 0.99), 3) + R"(,"max":)" +
         decimal_text(share_of(seconds, 1), 3) + "}";
}

std::string server_json(const LoadTally& tally, const LoadOutcome& outcome) {
  return R"({"cpu_seconds":)" + decimal_text(outcome.cpu_seconds, 2) + R"(,"cpu_us_per_update":)" +
         decimal_text(per_update(tally, outcome), 3) + R"(,"rss_before":)" + std::to_string(outcome.resident_before) +
         R"(,"rss":)" + std::to_string(outcome.resident_bytes) + "}";
}

}  // namespace

std::string load_line(const LoadTally& tally, const LoadOutcome& outcome) {
  const auto rate = static_cast<double>(tally.updates) / std::max(outcome.seconds, 1e-9);
  auto line = with_commas(tally.updates) + " updates, " + byte_text(static_cast<double>(tally.bytes)) + " in " +
              decimal_text(outcome.seconds, 1) + " s (" + with_commas(static_cast<std::uint64_t>(rate)) + "/s), lost " +
              with_commas(tally.lost + tally.counters_lost) + ", twice " +
              with_commas(tally.repeated + tally.counters_repeated);
  if (tally.latency.count())
    line += ", latency p50 " + std::to_string(tally.latency.at(0.5)) + " ms, p99 " +
            std::to_string(tally.latency.at(0.99)) + " ms";
  if (tally.gaps) line += ", " + with_commas(tally.gaps) + " gaps of " + with_commas(tally.gap_offsets) + " offsets";
  if (tally.resets) line += ", " + with_commas(tally.resets) + " resets";
  if (tally.disconnects) line += ", " + with_commas(tally.disconnects) + " disconnects";
  for (const auto& [code, count] : tally.refusals)
    line += ", " + with_commas(count) + " refused (" + printable(code) + ")";
  if (outcome.cpu_seconds > 0)
    line += ", bridge " + decimal_text(per_update(tally, outcome), 2) + " us of CPU per update";
  return line + "\n";
}

std::string load_json(const LoadTally& tally, const LoadOutcome& outcome, std::uint32_t clients) {
  const auto field = [](const char* name, std::uint64_t value) {
    return std::string(",\"") + name + "\":" + std::to_string(value);
  };
  return R"({"clients":)" + std::to_string(clients) + field("standing", outcome.standing) +
         field("live", outcome.live) + R"(,"gather_seconds":)" + decimal_text(outcome.gather_seconds, 3) +
         R"(,"seconds":)" + decimal_text(outcome.seconds, 3) + field("updates", tally.updates) +
         field("frames", tally.frames) + field("bytes", tally.bytes) + field("lost", tally.lost) +
         field("repeated", tally.repeated) + field("counters_checked", tally.counters_checked) +
         field("counters_lost", tally.counters_lost) + field("counters_repeated", tally.counters_repeated) +
         field("gaps", tally.gaps) + field("gap_offsets", tally.gap_offsets) + field("resets", tally.resets) +
         field("disconnects", tally.disconnects) + field("failed_connects", tally.failed_connects) + R"(,"refused":)" +
         refusals_json(tally) + R"(,"latency_ms":)" + latency_json(tally.latency) + R"(,"caught_up_s":)" +
         caught_up_json(sorted(tally.caught_up)) + R"(,"server":)" + server_json(tally, outcome) + "}\n";
}

}  // namespace tailrace
