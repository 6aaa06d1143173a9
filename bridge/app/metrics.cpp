#include "app/metrics.h"

#include "base/clock.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <fstream>
#include <numeric>
#include <unistd.h>

namespace tailrace {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

class Families {
 public:
  void counter(const std::string& name, const std::string& help, double value) {
    one(name, help, MetricType::Counter).push_back(metric(MetricType::Counter, value));
  }
  void gauge(const std::string& name, const std::string& help, double value) {
    one(name, help, MetricType::Gauge).push_back(metric(MetricType::Gauge, value));
  }
  void counters(const std::string& name, const std::string& help, const std::string& label, const LabelledCounts::Counts& counts) {
    auto& metrics = one(name, help, MetricType::Counter);
    for (const auto& [key, value] : counts) {
      metrics.push_back(metric(MetricType::Counter, static_cast<double>(value)));
      metrics.back().label.push_back({label, key});
    }
  }
  std::string text() const { return prometheus::TextSerializer().Serialize(families_); }

  std::vector<ClientMetric>& one(const std::string& name, const std::string& help, MetricType type) {
    families_.push_back({"tailrace_" + name, help, type, {}});
    return families_.back().metric;
  }

 private:
  static ClientMetric metric(MetricType type, double value) {
    ClientMetric metric;
    if (type == MetricType::Counter)
      metric.counter.value = value;
    else
      metric.gauge.value = value;
    return metric;
  }

  std::vector<MetricFamily> families_;
};

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t size = 0, resident = 0;
  statm >> size >> resident;
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

void add_ingest(Families& all, const IngestProbe& probe) {
  all.gauge("kafka_reachable", "1 while Kafka answers.", probe.reachable ? 1 : 0);
  all.counter("ingest_records_total", "Records read from Kafka.", static_cast<double>(probe.records));
  all.counter("ingest_bytes_total", "Bytes of keys and values read from Kafka.", static_cast<double>(probe.bytes));
  all.counter("ingest_batches_total", "Batches encoded.", static_cast<double>(probe.batches));
  all.counters("ingest_gaps_total", "Gaps that ingest announced.", "reason", probe.gaps.all());
  all.gauge("ingest_lag_records", "Records between what was read and the brokers' ends.", static_cast<double>(probe.lag));
  const double behind = probe.last_timestamp > 0 ? static_cast<double>(now_millis() - probe.last_timestamp) / 1000 : 0;
  all.gauge("ingest_newest_age_seconds", "Age of the newest record read, by its timestamp.", behind);
  const double kept = probe.oldest_kept > 0 ? static_cast<double>(steady_millis() - probe.oldest_kept) / 1000 : 0;
  all.gauge("logs_age_seconds", "For how long the oldest records in memory have been there.", kept);
  all.counters("ingest_resets_total", "Histories that broke.", "reason",
               {{"recreated", probe.resets_recreated}, {"truncated", probe.resets_truncated}});
  all.counter("ingest_probes_total", "Records read again to compare histories.", static_cast<double>(probe.probes));
}

void add_archive(Families& all, const ArchiveProbe& archive, const PageCacheProbe& pages) {
  all.counter("pages_asked_total", "Pages that cursors asked for.", static_cast<double>(pages.asked));
  all.counter("pages_hit_total", "Pages answered from the cache.", static_cast<double>(pages.hit));
  all.counter("pages_shared_total", "Pages that waited for a read already under way.", static_cast<double>(pages.shared));
  all.counter("pages_read_total", "Pages read from Kafka.", static_cast<double>(pages.read));
  all.counter("pages_failed_total", "Page reads that failed.", static_cast<double>(pages.failed));
  all.gauge("pages_bytes", "Bytes of pages in the cache.", static_cast<double>(pages.bytes));
  all.counter("archive_broker_bytes_total", "Bytes that brokers sent for pages.", static_cast<double>(archive.broker_bytes));
  all.gauge("archive_waiting", "Page reads that wait for a reader.", static_cast<double>(archive.waiting));
  all.counter("archive_questions_total", "Bounds and times asked of Kafka.", static_cast<double>(archive.questions));
}

void add_shards(Families& all, const ShardPool& pool) {
  const auto sum = [&](Count ShardProbe::*count) {
    double total = 0;
    for (std::size_t i = 0; i < pool.size(); ++i) total += static_cast<double>((pool.probe(i).*count).load());
    return total;
  };
  const auto by_label = [&](LabelledCounts ShardProbe::*counts) {
    LabelledCounts::Counts total;
    for (std::size_t i = 0; i < pool.size(); ++i)
      for (const auto& [label, count] : (pool.probe(i).*counts).all()) total[label] += count;
    return total;
  };
  all.gauge("sessions", "Connected sessions.", sum(&ShardProbe::sessions));
  all.counter("sessions_opened_total", "Sessions that connected.", sum(&ShardProbe::sessions_opened));
  all.gauge("subscriptions", "Subscriptions that flow.", sum(&ShardProbe::subscriptions));
  all.gauge("cursors_in_step", "Subscriptions that follow the log in memory.",
            std::max(0.0, sum(&ShardProbe::subscriptions) - sum(&ShardProbe::catching_up)));
  all.gauge("cursors_catching_up", "Subscriptions that read older records from Kafka.", sum(&ShardProbe::catching_up));
  all.counter("cursors_lapped_total", "Cursors that fell off a log's tail.", sum(&ShardProbe::lapped));
  all.counter("updates_sent_total", "Updates sent.", sum(&ShardProbe::updates));
  all.counter("sends_total", "Writes to sockets.", sum(&ShardProbe::sends));
  all.counter("sent_bytes_total", "Bytes written to sockets.", sum(&ShardProbe::sent_bytes));
  all.counter("rounds_total", "Rounds of serving.", sum(&ShardProbe::rounds));
  all.counter("round_seconds_total", "Time spent in rounds.", sum(&ShardProbe::round_nanoseconds) / 1e9);
  all.counters("gaps_sent_total", "Gaps told to subscribers.", "reason", by_label(&ShardProbe::gaps));
  all.counters("resets_sent_total", "Resets told to subscribers.", "reason", by_label(&ShardProbe::resets));
  all.counters("errors_sent_total", "Coded errors told to clients.", "code", by_label(&ShardProbe::errors));
  all.counter("commands_total", "Messages from clients.", sum(&ShardProbe::commands));
  all.counter("stalled_total", "Sessions closed because they took no bytes.", sum(&ShardProbe::stalled));
  all.counter("inbox_overflows_total", "Times a shard could not keep up and skipped.", sum(&ShardProbe::inbox_overflows));
  all.gauge("pinned_bytes", "Bytes that blocked sockets hold.", sum(&ShardProbe::pinned_bytes));
}

// The p-quantile by rank.
double quantile(const std::vector<Offset>& sorted, double p) {
  if (sorted.empty()) return 0;
  return static_cast<double>(sorted[static_cast<std::size_t>(p * static_cast<double>(sorted.size() - 1))]);
}

void add_lags(Families& all, std::vector<Offset> lags) {
  std::sort(lags.begin(), lags.end());
  auto& metrics = all.one("cursor_lag_records", "Offsets between the cursors and the ends of their channels, now.", MetricType::Summary);
  auto& summary = metrics.emplace_back().summary;
  summary.sample_count = lags.size();
  summary.sample_sum = std::accumulate(lags.begin(), lags.end(), 0.0);
  for (const double p : {0.5, 0.9, 0.99, 1.0}) summary.quantile.push_back({p, quantile(lags, p)});
}

}  // namespace

std::string metrics_text(const MetricSources& sources) {
  Families all;
  auto& build = all.one("build_info", "What runs.", MetricType::Gauge);
  build.emplace_back();
  build.back().gauge.value = 1;
  build.back().label.push_back({"version", TAILRACE_VERSION});
  add_ingest(all, sources.ingest);
  add_archive(all, sources.archive, sources.pool.pages_probe());
  add_shards(all, sources.pool);
  add_lags(all, sources.cursor_lags);
  all.counter("connections_accepted_total", "Connections accepted.", static_cast<double>(sources.net.accepted));
  all.counters("connections_refused_total", "Connections and upgrades refused.", "why", sources.net.refused.all());
  all.counters("closes_total", "WebSockets closed.", "code", sources.net.closed.all());
  all.gauge("logs_bytes", "Bytes of the in-memory logs.", static_cast<double>(sources.pool.probe(0).log_bytes));
  all.gauge("memory_budget_bytes", "The memory budget.", static_cast<double>(sources.memory_budget));
  all.gauge("memory_resident_bytes", "Resident memory of the process.", resident_bytes());
  return all.text();
}

}  // namespace tailrace
