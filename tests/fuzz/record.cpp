// Any record becomes an update that is one JSON text in UTF-8 and gives its bytes back; batches of them can be cut
// anywhere. The first byte of an input chooses mode and parts, the second is the key's length.
#include "require.h"
#include "wire/batch_builder.h"
#include "wire/json_text.h"

#include <openssl/evp.h>
#include <simdjson.h>

#include <algorithm>

namespace tailrace {
namespace {

ChannelPtr channel_of(std::uint8_t flags) {
  Channel channel;
  channel.name = "a \"channel\"";
  channel.mode = static_cast<ValueMode>(flags % 3);
  channel.max_value = flags & 4 ? 16 : 1 << 20;
  return std::make_shared<Channel>(std::move(channel));
}

Record record_of(std::uint8_t flags, std::uint8_t key_size, std::string_view bytes) {
  const auto key = bytes.substr(0, key_size);
  const auto value = bytes.substr(key.size());
  Record record{7, -1, {}, {}, {}};
  if (flags & 8) record.key = key;
  if (flags & 16) record.value = value;
  if (flags & 32) record.headers = {{key, value}, {"", {}}};
  return record;
}

// simdjson is stricter about numbers, surrogates and depth, and about nothing else.
void check_grammar(std::string_view value) {
  static simdjson::dom::parser judge;
  const auto error = judge.parse(simdjson::padded_string(value)).error();
  const bool json = simdjson::validate_utf8(value) && is_json(value);
  if (!error) require(json, "what simdjson takes is JSON");
  if (json && error)
    require(error == simdjson::NUMBER_ERROR || error == simdjson::STRING_ERROR || error == simdjson::DEPTH_ERROR,
            "what is JSON but not for simdjson");
}

// The value's bytes as a page gets them back.
std::string value_of(const std::string& update) {
  static simdjson::dom::parser parser;
  const auto root = parser.parse(update).value();
  std::string_view text;
  if (!root["s"].get(text)) return std::string(text);
  require(!root["b"].get(text), "an update holds a value");
  std::string bytes(text.size(), '\0');
  EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), reinterpret_cast<const unsigned char*>(text.data()),
                  static_cast<int>(text.size()));
  bytes.resize(text.size() / 4 * 3 - static_cast<std::size_t>(std::ranges::count(text, '=')));
  return bytes;
}

// A verbatim value is cut out first: with the update around it, it may nest too deep for one text.
void check_update(std::string update, const Channel& channel, const Record& record) {
  require(simdjson::validate_utf8(update), "an update is UTF-8");
  if (update.find(R"("omitted":{"bytes":)") != std::string::npos && channel.max_value == 16) return;
  if (!record.value) return require(is_json(update), "a tombstone is JSON");
  const std::string value(*record.value);
  if (channel.mode != ValueMode::json || !simdjson::validate_utf8(value) || !is_json(value)) {
    require(is_json(update), "an update is JSON");
    return require(value_of(update) == value, "a marked value gives its bytes back");
  }
  require(update.ends_with(R"("v":)" + value + "}"), "a JSON value stands verbatim");
  update.replace(update.size() - value.size() - 1, value.size(), "0");
  require(is_json(update), "what is around a JSON value is JSON");
}

void check_batch(const ChannelPtr& channel, Record record) {
  static UpdateWriter writer;
  BatchBuilder builder(writer, channel, 3);
  for (const Offset offset : {3, 5, 9}) {
    record.offset = offset;
    builder.add(record);
  }
  const auto batch = builder.finish(1, 12);
  for (const auto& mark : batch->marks) {
    std::string update;
    record.offset = mark.offset;
    writer.write(*channel, record, update);
    require(std::string_view(batch->frame).substr(mark.at).starts_with(update), "a mark stands at its update");
    const auto piece = cut(*channel, *batch, mark.offset, mark.offset + 1);
    require(piece.ends_with(R"("u":[)" + update + "]}"), "a cut holds its update alone");
    check_update(std::move(update), *channel, record);
  }
}

}  // namespace
}  // namespace tailrace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto record = tailrace::record_of(data[0], data[1], text_of(data + 2, size - 2));
  if (record.value) tailrace::check_grammar(*record.value);
  tailrace::check_batch(tailrace::channel_of(data[0]), record);
  return 0;
}
