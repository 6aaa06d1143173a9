#include "wire/batch_builder.h"

#include "wire/fingerprint.h"
#include "wire/json_text.h"
#include "wire/websocket_frame.h"

#include <algorithm>
#include <cassert>

namespace tailrace {

namespace {

constexpr std::string_view kTail = "]}";  // closes the updates and the frame

// {"ch":"metrics"
std::string channel_head(const Channel& channel) {
  std::string out = R"({"ch":)";
  append_json_string(out, channel.name);
  return out;
}

void append_field(std::string& out, std::string_view name, std::int64_t number) {
  out += name;
  append_json_number(out, number);
}

// Up to where the updates begin.
std::string updates_head(const Channel& channel, Span span, std::uint32_t fingerprint) {
  auto out = channel_head(channel);
  append_field(out, R"(,"p":)", span.partition);
  append_field(out, R"(,"from":)", span.from);
  append_field(out, R"(,"next":)", span.next);
  out += R"(,"fp":")" + fingerprint_text(fingerprint) + R"(","u":[)";
  return out;
}

// A frame without spare room.
std::string updates_frame(const std::string& head, std::string_view updates) {
  const auto payload = head.size() + updates.size() + kTail.size();
  std::string frame;
  frame.reserve(text_header_size(payload) + payload);
  append_text_header(frame, payload);
  frame.append(head).append(updates).append(kTail);
  return frame;
}

std::string gap_frame(const Channel& channel, Span span, const std::string& reason) {
  auto out = channel_head(channel);
  append_field(out, R"(,"p":)", span.partition);
  append_field(out, R"(,"gap":{"from":)", span.from);
  append_field(out, R"(,"next":)", span.next);
  out += R"(,"reason":)";
  append_json_string(out, reason);
  return text_frame(out + "}}");
}

std::string coverage_frame(const Channel& channel, const std::vector<Span>& rows) {
  auto out = channel_head(channel) + R"(,"cover":)";
  std::string_view before = "[[";
  for (const auto& row : rows) {
    append_field(out, before, row.partition);
    append_field(out, ",", row.from);
    append_field(out, ",", row.next);
    before = "],[";
  }
  return text_frame(out + "]]}");
}

std::string cut_updates(const Channel& channel, const Batch& batch, Span wanted) {
  const auto& marks = batch.marks;
  const auto mark_at = [&](Offset offset) { return std::ranges::lower_bound(marks, offset, {}, &Mark::offset); };
  const auto first = mark_at(wanted.from);
  const auto last = mark_at(wanted.next);
  if (first == last) return coverage_frame(channel, {wanted});
  const auto end = last == marks.end() ? batch.frame.size() - kTail.size() : last->at - 1;  // a comma stands between
  const auto updates = std::string_view(batch.frame).substr(first->at, end - first->at);
  return updates_frame(updates_head(channel, wanted, std::prev(last)->fingerprint), updates);
}

}  // namespace

BatchBuilder::BatchBuilder(UpdateWriter& writer, ChannelPtr channel, Partition partition)
    : writer_(writer), channel_(std::move(channel)), partition_(partition) {}

void BatchBuilder::add(const Record& record) {
  assert(empty() || record.offset > marks_.back().offset);
  if (!empty()) updates_ += ',';
  const auto at = static_cast<std::uint32_t>(updates_.size());
  marks_.push_back({record.offset, record.timestamp, at, fingerprint(record)});
  writer_.write(*channel_, record, updates_);
}

BatchPtr BatchBuilder::finish(Offset from, Offset next) {
  assert(!empty() && from <= marks_.front().offset && marks_.back().offset < next);
  const Span span{partition_, from, next};
  const auto head = updates_head(*channel_, span, marks_.back().fingerprint);
  auto batch = std::make_shared<Batch>();
  batch->spans = {span};
  batch->marks = marks_;  // a copy has no spare room
  batch->latest = std::ranges::max(marks_, {}, &Mark::timestamp).timestamp;
  batch->frame = updates_frame(head, updates_);
  const auto begin = batch->frame.size() - kTail.size() - updates_.size();
  for (auto& mark : batch->marks) mark.at += static_cast<std::uint32_t>(begin);
  clear();
  return batch;
}

// One large record must not pin its size for ever.
void BatchBuilder::clear() {
  updates_.clear();
  if (updates_.capacity() > 4 * kBatchBytes) updates_.shrink_to_fit();
  marks_.clear();
}

BatchPtr make_gap(const Channel& channel, Span span, std::string reason) {
  auto batch = std::make_shared<Batch>();
  batch->kind = Batch::Kind::gap;
  batch->spans = {span};
  batch->frame = gap_frame(channel, span, reason);
  batch->reason = std::move(reason);
  return batch;
}

BatchPtr make_coverage(const Channel& channel, std::vector<Span> rows) {
  assert(!rows.empty());
  auto batch = std::make_shared<Batch>();
  batch->kind = Batch::Kind::coverage;
  batch->frame = coverage_frame(channel, rows);
  batch->spans = std::move(rows);
  batch->spans.shrink_to_fit();
  return batch;
}

std::string cut(const Channel& channel, const Batch& batch, Offset from, Offset next) {
  if (batch.kind == Batch::Kind::coverage) return batch.frame;
  auto wanted = batch.spans.front();
  wanted.from = std::max(wanted.from, from);
  wanted.next = std::min(wanted.next, next);
  if (wanted.from >= wanted.next) return {};
  if (wanted == batch.spans.front()) return batch.frame;
  return batch.kind == Batch::Kind::gap ? gap_frame(channel, wanted, batch.reason)
                                        : cut_updates(channel, batch, wanted);
}

}  // namespace tailrace
