#include "wire/fingerprint.h"

#include "golden.h"
#include "wire/crc32c.h"

#include <gtest/gtest.h>

#include <random>

namespace tailrace {
namespace {

TEST(Fingerprint, golden_vectors) {
  simdjson::dom::parser parser;
  BytesKeeper keeper;
  int count = 0;
  for (const auto vector : golden(parser, "fingerprints.json")["vectors"].get_array()) {
    Record record{
        0, vector["timestamp"].get_int64(), keeper.keep(vector["key_b64"]), keeper.keep(vector["value_b64"]), {}};
    EXPECT_EQ(fingerprint_text(fingerprint(record)), text_of(vector["fp"])) << text_of(vector["name"]);
    ++count;
  }
  EXPECT_GT(count, 5);
}

TEST(Crc32c, check_value_of_the_polynomial) {
  EXPECT_EQ(extend_crc32c(0, "123456789"), 0xe3069283u);
  EXPECT_EQ(extend_crc32c_portable(0, "123456789"), 0xe3069283u);
}

TEST(Crc32c, both_ways_agree_at_every_length_and_cut) {
  std::mt19937 random(1);
  std::string bytes(300, '\0');
  for (auto& c : bytes) c = static_cast<char>(random());
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    const auto whole = std::string_view(bytes).substr(0, size);
    const auto cut = random() % (size + 1);
    const auto expected = extend_crc32c_portable(0, whole);
    ASSERT_EQ(extend_crc32c(0, whole), expected) << size;
    ASSERT_EQ(extend_crc32c(extend_crc32c(0, whole.substr(0, cut)), whole.substr(cut)), expected) << size;
  }
}

}  // namespace
}  // namespace tailrace
