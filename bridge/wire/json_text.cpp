#include "wire/json_text.h"

#include <array>
#include <bit>
#include <bitset>
#include <charconv>
#include <cstring>

namespace tailrace {

namespace {

// What stands for a byte in a string: 0 for itself, 'u' for \u00xx, else the letter of its short escape.
constexpr auto kEscapes = [] {
  std::array<char, 256> escapes{};
  for (int c = 0; c < 0x20; ++c) escapes[c] = 'u';
  escapes['\b'] = 'b';
  escapes['\t'] = 't';
  escapes['\n'] = 'n';
  escapes['\f'] = 'f';
  escapes['\r'] = 'r';
  escapes['"'] = '"';
  escapes['\\'] = '\\';
  return escapes;
}();

char escape_of(char c) {
  return kEscapes[static_cast<unsigned char>(c)];
}

std::uint64_t load_little_endian(const char* at) {
  std::uint64_t word;
  std::memcpy(&word, at, 8);
  return std::endian::native == std::endian::little ? word : __builtin_bswap64(word);
}

// The high bit of every byte that is below 0x20, a quote or a backslash; right up to the first of them.
std::uint64_t special_bits(std::uint64_t word) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHighs = 0x8080808080808080;
  const auto quote = word ^ (kOnes * '"');
  const auto backslash = word ^ (kOnes * '\\');
  const auto low = (word - kOnes * 0x20) | (quote - kOnes) | (backslash - kOnes);
  return low & ~word & kHighs;
}

// Past the bytes that stand for themselves in a string.
const char* skip_plain(const char* at, const char* end) {
  for (; end - at >= 8; at += 8)
    if (const auto bits = special_bits(load_little_endian(at))) return at + std::countr_zero(bits) / 8;
  while (at != end && escape_of(*at) == 0) ++at;
  return at;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// One pass over a text, with its open brackets on a stack of bits. Every eat_* says whether it found what it names.
class Walk {
 public:
  explicit Walk(std::string_view text) : at_(text.data()), end_(at_ + text.size()) {}

  bool whole() {
    auto next = Next::value;
    while (next == Next::value) next = eat_value();
    return next == Next::end && at_ == end_;
  }

 private:
  enum class Next { value, end, broken };

  // NUL stands nowhere in the grammar.
  char peek() const { return at_ == end_ ? '\0' : *at_; }

  bool eat(char c) {
    if (peek() != c) return false;
    ++at_;
    return true;
  }

  void skip_space() {
    while (at_ != end_ && is_space(*at_)) ++at_;
  }

  Next eat_value() {
    skip_space();
    switch (peek()) {
      case '{':
        return open(true);
      case '[':
        return open(false);
      case '"':
        return close_all(eat_string());
      case 't':
        return close_all(eat_word("true"));
      case 'f':
        return close_all(eat_word("false"));
      case 'n':
        return close_all(eat_word("null"));
      default:
        return close_all(eat_number());
    }
  }

  Next open(bool object) {
    ++at_;
    if (depth_ == kMaxJsonDepth) return Next::broken;
    objects_[depth_++] = object;
    skip_space();
    if (peek() == (object ? '}' : ']')) return close_all(true);
    return object ? eat_name() : Next::value;
  }

  Next eat_name() {
    skip_space();
    if (!eat_string()) return Next::broken;
    skip_space();
    return eat(':') ? Next::value : Next::broken;
  }

  // After a value: the closing brackets that follow it, then the comma.
  Next close_all(bool good) {
    if (!good) return Next::broken;
    for (skip_space(); depth_ > 0; skip_space()) {
      const bool object = objects_[depth_ - 1];
      if (eat(',')) return object ? eat_name() : Next::value;
      if (!eat(object ? '}' : ']')) return Next::broken;
      --depth_;
    }
    return Next::end;
  }

  bool eat_word(std::string_view word) {
    if (!std::string_view(at_, end_ - at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  bool eat_string() {
    if (!eat('"')) return false;
    for (;;) {
      at_ = skip_plain(at_, end_);
      if (eat('"')) return true;
      if (!eat('\\') || !eat_escaped()) return false;
    }
  }

  bool eat_escaped() {
    if (at_ == end_) return false;
    const char c = *at_++;
    if (c != 'u') return std::strchr("\"\\/bfnrt", c) != nullptr && c != '\0';
    for (int i = 0; i < 4; ++i, ++at_)
      if (!is_hex(peek())) return false;
    return true;
  }

  bool eat_digits() {
    const auto* from = at_;
    while (is_digit(peek())) ++at_;
    return at_ != from;
  }

  bool eat_number() {
    eat('-');
    if (!eat('0') && !eat_digits()) return false;
    if (eat('.') && !eat_digits()) return false;
    if (!eat('e') && !eat('E')) return true;
    if (!eat('+')) eat('-');
    return eat_digits();
  }

  const char* at_;
  const char* const end_;
  std::size_t depth_ = 0;
  std::bitset<kMaxJsonDepth> objects_;
};

void append_escape(std::string& out, char c) {
  constexpr std::string_view kHex = "0123456789abcdef";
  const char escape = escape_of(c);
  out += '\\';
  out += escape;
  if (escape != 'u') return;
  out += "00";
  out += kHex[c >> 4];
  out += kHex[c & 15];
}

}  // namespace

bool is_json(std::string_view text) {
  return Walk(text).whole();
}

void append_json_string(std::string& out, std::string_view text) {
  const char* const end = text.data() + text.size();
  out += '"';
  for (const char* at = text.data(); at != end;) {
    const char* const stop = skip_plain(at, end);
    out.append(at, stop);
    at = stop;
    if (at != end) append_escape(out, *at++);
  }
  out += '"';
}

void append_json_number(std::string& out, std::int64_t number) {
  char text[20];
  out.append(text, std::to_chars(text, text + sizeof text, number).ptr);
}

}  // namespace tailrace
