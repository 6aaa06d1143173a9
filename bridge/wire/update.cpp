#include "wire/update.h"

#include "wire/json_text.h"

#include <openssl/evp.h>
#include <simdjson.h>

#include <charconv>

namespace tailrace {

namespace {

bool is_utf8(std::string_view bytes) {
  return simdjson::validate_utf8(bytes);
}

// What the limit is about.
std::size_t size_of(const Record& record) {
  std::size_t size = record.key.value_or("").size() + record.value.value_or("").size();
  for (const auto& [name, value] : record.headers) size += name.size() + value.value_or("").size();
  return size;
}

void append_base64(std::string& out, std::string_view bytes) {
  const auto before = out.size();
  const auto size = 4 * ((bytes.size() + 2) / 3);
  out.resize(before + 1 + size + 1);  // the library writes a NUL where the closing quote goes
  out[before] = '"';
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()) + before + 1,
                  reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  out.back() = '"';
}

void append_head(std::string& out, Offset offset, Millis timestamp) {
  char text[64] = R"({"o":)";
  char* at = std::to_chars(text + 5, text + 25, offset).ptr;
  at = std::copy_n(R"(,"t":)", 5, at);
  at = std::to_chars(at, at + 20, timestamp).ptr;
  out.append(text, at);
}

void append_key(std::string& out, std::string_view key) {
  if (is_utf8(key)) {
    out += R"(,"k":)";
    append_json_string(out, key);
  } else {
    out += R"(,"kb":)";
    append_base64(out, key);
  }
}

void append_header_part(std::string& out, std::string_view part) {
  if (is_utf8(part)) return append_json_string(out, part);
  out += R"({"b":)";
  append_base64(out, part);
  out += '}';
}

void append_headers(std::string& out, const Record& record) {
  out += R"(,"h":)";
  char before = '[';
  for (const auto& [name, value] : record.headers) {
    out += before;
    out += '[';
    append_header_part(out, name);
    out += ',';
    if (value)
      append_header_part(out, *value);
    else
      out += "null";
    out += ']';
    before = ',';
  }
  out += ']';
}

void append_placeholder(std::string& out, const Record& record, std::size_t bytes) {
  if (record.key && record.key->size() <= kMaxKeyBesideOmitted) append_key(out, *record.key);
  out += R"(,"omitted":{"bytes":)";
  append_json_number(out, static_cast<std::int64_t>(bytes));
  out += R"(,"reason":"too_large"}})";
}

}  // namespace

void UpdateWriter::write(const Channel& channel, const Record& record, std::string& out) {
  append_head(out, record.offset, record.timestamp);
  if (const auto bytes = size_of(record); bytes > channel.max_value) {
    ++marked_.omitted;
    return append_placeholder(out, record, bytes);
  }
  if (record.key) append_key(out, *record.key);
  if (!record.headers.empty()) append_headers(out, record);
  if (record.value)
    write_value(channel.mode, *record.value, out);
  else
    out += R"(,"del":true)";
  out += '}';
}

void UpdateWriter::write_value(ValueMode mode, std::string_view value, std::string& out) {
  if (mode == ValueMode::base64 || !is_utf8(value)) {
    marked_.base64 += mode != ValueMode::base64;
    out += R"(,"b":)";
    append_base64(out, value);
  } else if (mode == ValueMode::json && is_json(value)) {
    out += R"(,"v":)";
    out += value;
  } else {
    marked_.text += mode == ValueMode::json;
    out += R"(,"s":)";
    append_json_string(out, value);
  }
}

}  // namespace tailrace
