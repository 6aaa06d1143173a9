#include "wire/batch_builder.h"

#include "golden.h"
#include "wire/fingerprint.h"
#include "wire/websocket_frame.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace tailrace {
namespace {

ChannelPtr channel_named(std::string name) {
  Channel channel;
  channel.name = std::move(name);
  return std::make_shared<Channel>(std::move(channel));
}

// The text inside a frame, after its header was checked.
std::string payload(const std::string& frame) {
  for (const std::size_t size : {2u, 4u, 10u}) {
    if (frame.size() < size) break;
    if (text_frame(frame.substr(size)) == frame) return frame.substr(size);
  }
  ADD_FAILURE() << "no text frame of " << frame.size() << " bytes";
  return {};
}

class Batches : public testing::Test {
 protected:
  BatchPtr build(Span span, const std::vector<Record>& records) {
    BatchBuilder builder(writer_, channel_, span.partition);
    for (const auto& record : records) builder.add(record);
    return builder.finish(span.from, span.next);
  }

  std::string cut_payload(const Batch& batch, Offset from, Offset next) {
    return payload(cut(*channel_, batch, from, next));
  }

  UpdateWriter writer_;
  ChannelPtr channel_ = channel_named("metrics");
};

const Record kFirst{40, 1000, "a", "1", {}};
const Record kSecond{43, 900, "b", R"({"x": [1, 2]})", {}};

TEST_F(Batches, frame_is_the_protocols) {
  const auto batch = build({7, 40, 45}, {kFirst, kSecond});
  EXPECT_EQ(payload(batch->frame), R"({"ch":"metrics","p":7,"from":40,"next":45,"fp":")" +
                                       fingerprint_text(fingerprint(kSecond)) +
                                       R"(","u":[{"o":40,"t":1000,"k":"a","v":1},)"
                                       R"({"o":43,"t":900,"k":"b","v":{"x": [1, 2]}}]})");
  EXPECT_EQ(batch->kind, Batch::Kind::updates);
  EXPECT_EQ(batch->spans, std::vector<Span>({{7, 40, 45}}));
  EXPECT_EQ(batch->latest, 1000);
}

TEST_F(Batches, marks_point_into_the_frame) {
  const auto batch = build({0, 39, 50}, {kFirst, kSecond});
  ASSERT_EQ(batch->marks.size(), 2u);
  EXPECT_EQ(batch->marks[0].offset, 40);
  EXPECT_EQ(batch->marks[0].timestamp, 1000);
  EXPECT_EQ(batch->marks[0].fingerprint, fingerprint(kFirst));
  EXPECT_TRUE(batch->frame.substr(batch->marks[0].at).starts_with(R"({"o":40,)"));
  EXPECT_TRUE(batch->frame.substr(batch->marks[1].at).starts_with(R"({"o":43,)"));
}

TEST_F(Batches, channel_names_are_escaped) {
  channel_ = channel_named("a\"b\\c");
  EXPECT_TRUE(payload(build({0, 40, 41}, {kFirst})->frame).starts_with(R"({"ch":"a\"b\\c","p":0,)"));
  EXPECT_TRUE(payload(make_gap(*channel_, {0, 1, 2}, "expired")->frame).starts_with(R"({"ch":"a\"b\\c","p":0,)"));
}

TEST_F(Batches, nothing_has_spare_room) {
  for (const std::size_t size : {1u, 10u, 100u, 1000u, 70000u, 1000000u}) {
    const auto value = std::to_string(size) + std::string(size, ' ');
    const auto batch = build({0, 40, 41}, {{40, 0, {}, value, {}}});
    EXPECT_EQ(batch->frame.capacity(), batch->frame.size()) << size;
    EXPECT_EQ(batch->marks.capacity(), 1u);
    EXPECT_EQ(payload(batch->frame).size(), batch->frame.size() - text_header_size(payload(batch->frame).size()));
  }
}

TEST_F(Batches, builder_begins_anew_after_finish) {
  BatchBuilder builder(writer_, channel_, 0);
  EXPECT_TRUE(builder.empty());
  const std::string large(1 << 19, '1');
  for (Offset offset = 0; offset < 3; ++offset) {
    builder.add({offset, 5, {}, large, {}});
    EXPECT_FALSE(builder.empty());
    EXPECT_TRUE(builder.full());
    const auto batch = builder.finish(offset, offset + 1);
    EXPECT_EQ(batch->frame, build({0, offset, offset + 1}, {{offset, 5, {}, large, {}}})->frame);
    EXPECT_TRUE(builder.empty());
    EXPECT_FALSE(builder.full());
  }
}

TEST_F(Batches, gap_and_coverage) {
  const auto gap = make_gap(*channel_, {2, 1050, 2000}, "expired");
  EXPECT_EQ(gap->kind, Batch::Kind::gap);
  EXPECT_EQ(gap->reason, "expired");
  EXPECT_EQ(payload(gap->frame), R"({"ch":"metrics","p":2,"gap":{"from":1050,"next":2000,"reason":"expired"}})");
  const auto cover = make_coverage(*channel_, {{0, 1044, 1050}, {3, 88, 91}});
  EXPECT_EQ(cover->kind, Batch::Kind::coverage);
  EXPECT_EQ(cover->spans, std::vector<Span>({{0, 1044, 1050}, {3, 88, 91}}));
  EXPECT_EQ(payload(cover->frame), R"({"ch":"metrics","cover":[[0,1044,1050],[3,88,91]]})");
}

TEST_F(Batches, cut_left_and_right) {
  const auto batch = build({7, 38, 50}, {kFirst, kSecond});
  const auto head = [](Offset from, Offset next, const Record& last) {
    return R"({"ch":"metrics","p":7,"from":)" + std::to_string(from) + R"(,"next":)" + std::to_string(next) +
           R"(,"fp":")" + fingerprint_text(fingerprint(last)) + R"(","u":[)";
  };
  const std::string first = R"({"o":40,"t":1000,"k":"a","v":1})";
  const std::string second = R"({"o":43,"t":900,"k":"b","v":{"x": [1, 2]}})";
  EXPECT_EQ(cut_payload(*batch, 41, 50), head(41, 50, kSecond) + second + "]}");
  EXPECT_EQ(cut_payload(*batch, 43, 99), head(43, 50, kSecond) + second + "]}");
  EXPECT_EQ(cut_payload(*batch, 0, 43), head(38, 43, kFirst) + first + "]}");
  EXPECT_EQ(cut_payload(*batch, 40, 44), head(40, 44, kSecond) + first + "," + second + "]}");
  EXPECT_EQ(cut(*channel_, *batch, 38, 50), batch->frame);
  EXPECT_EQ(cut(*channel_, *batch, 0, 99), batch->frame);
}

TEST_F(Batches, cut_between_updates_is_a_coverage_row) {
  const auto batch = build({7, 38, 50}, {kFirst, kSecond});
  EXPECT_EQ(cut_payload(*batch, 41, 43), R"({"ch":"metrics","cover":[[7,41,43]]})");
  EXPECT_EQ(cut_payload(*batch, 44, 60), R"({"ch":"metrics","cover":[[7,44,50]]})");
  EXPECT_EQ(cut_payload(*batch, 0, 40), R"({"ch":"metrics","cover":[[7,38,40]]})");
}

TEST_F(Batches, cut_beside_is_nothing) {
  const auto batch = build({7, 38, 50}, {kFirst, kSecond});
  const auto gap = make_gap(*channel_, {7, 38, 50}, "expired");
  for (const auto* each : {batch.get(), gap.get()}) {
    EXPECT_EQ(cut(*channel_, *each, 50, 60), "");
    EXPECT_EQ(cut(*channel_, *each, 0, 38), "");
    EXPECT_EQ(cut(*channel_, *each, 41, 41), "");
    EXPECT_EQ(cut(*channel_, *each, 45, 41), "");
  }
}

TEST_F(Batches, cut_of_gaps_and_coverage) {
  const auto gap = make_gap(*channel_, {2, 10, 20}, "undecodable");
  EXPECT_EQ(cut_payload(*gap, 12, 99), R"({"ch":"metrics","p":2,"gap":{"from":12,"next":20,"reason":"undecodable"}})");
  EXPECT_EQ(cut_payload(*gap, 0, 11), R"({"ch":"metrics","p":2,"gap":{"from":10,"next":11,"reason":"undecodable"}})");
  EXPECT_EQ(cut(*channel_, *gap, 10, 20), gap->frame);
  const auto cover = make_coverage(*channel_, {{0, 5, 6}, {3, 88, 91}});
  EXPECT_EQ(cut(*channel_, *cover, 89, 90), cover->frame);
}

// What a client makes of frames: the chain's place, every update's text, the last fingerprint.
class Reader {
 public:
  explicit Reader(Offset next) : next_(next) {}

  void take(const std::string& frame) {
    const auto text = payload(frame);
    const auto root = parser_.parse(text).value();
    simdjson::dom::element cover;
    if (root["cover"].get(cover)) return take_batch(root);
    ASSERT_EQ(cover.at(0).at(1).get_int64().value(), next_);
    next_ = cover.at(0).at(2).get_int64();
  }

  Offset next() const { return next_; }
  const std::vector<std::string>& updates() const { return updates_; }
  const std::string& fingerprint() const { return fingerprint_; }

 private:
  void take_batch(simdjson::dom::element root) {
    ASSERT_EQ(root["from"].get_int64().value(), next_);
    const auto next = root["next"].get_int64().value();
    ASSERT_LT(next_, next);
    for (const auto update : root["u"].get_array()) take_update(update, next);
    next_ = next;
    fingerprint_ = text_of(root["fp"]);
  }

  void take_update(simdjson::dom::element update, Offset next) {
    const auto offset = update["o"].get_int64().value();
    ASSERT_TRUE(next_ <= offset && offset < next);
    updates_.push_back(simdjson::minify(update));
  }

  simdjson::dom::parser parser_;
  Offset next_;
  std::vector<std::string> updates_;
  std::string fingerprint_;
};

class RandomBatches : public Batches {
 protected:
  std::size_t below(std::size_t end) { return random_() % end; }

  BatchPtr batch() {
    BatchBuilder builder(writer_, channel_, 1);
    const Offset from = static_cast<Offset>(below(1000));
    Offset offset = from;
    for (auto count = 1 + below(below(10) == 0 ? 3000 : 20); count > 0; --count) {
      offset += static_cast<Offset>(below(4));
      const auto value = std::string(below(40), "x\"\n"[below(3)]);
      builder.add({offset++, static_cast<Millis>(random_()), {}, value, {}});
    }
    return builder.finish(from, offset + static_cast<Offset>(below(4)));
  }

  std::vector<Offset> places(Span span) {
    std::vector<Offset> places = {span.from, span.next};
    for (auto count = below(6); count > 0; --count)
      places.push_back(span.from + static_cast<Offset>(below(static_cast<std::size_t>(span.next - span.from))));
    std::ranges::sort(places);
    places.erase(std::ranges::unique(places).begin(), places.end());
    return places;
  }

  std::mt19937 random_{1};
};

TEST_F(RandomBatches, cuts_at_any_places_together_are_the_whole) {
  for (int round = 0; round < 500; ++round) {
    const auto whole = batch();
    const auto span = whole->spans.front();
    Reader expected(span.from);
    expected.take(whole->frame);
    Reader pieces(span.from);
    const auto cuts = places(span);
    for (std::size_t i = 1; i < cuts.size(); ++i) pieces.take(cut(*channel_, *whole, cuts[i - 1], cuts[i]));
    ASSERT_EQ(pieces.next(), expected.next());
    ASSERT_EQ(pieces.updates(), expected.updates());
    ASSERT_EQ(pieces.fingerprint(), expected.fingerprint());
  }
}

}  // namespace
}  // namespace tailrace
