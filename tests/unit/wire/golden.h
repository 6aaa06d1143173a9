// The golden files of schemas/, as the wire tests read them. A broken file fails the test by an exception.
#pragma once

#include "log/record.h"
#include "tree.h"

#include <openssl/evp.h>
#include <simdjson.h>

#include <deque>
#include <string>

namespace tailrace {

// The parser owns the document; keep it while the elements are used.
inline simdjson::dom::element golden(simdjson::dom::parser& parser, const std::string& name) {
  return parser.load(in_tree("schemas/golden/" + name));
}

inline std::string text_of(simdjson::dom::element element) {
  return std::string(element.get_string().value());
}

inline std::string from_base64(std::string_view text) {
  std::string out(text.size() / 4 * 3, '\0');
  EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()), reinterpret_cast<const unsigned char*>(text.data()),
                  static_cast<int>(text.size()));
  while (!text.empty() && text.back() == '=') {
    text.remove_suffix(1);
    out.pop_back();
  }
  return out;
}

// Owns the bytes that records borrow.
class BytesKeeper {
 public:
  Bytes keep(std::string bytes) { return kept_.emplace_back(std::move(bytes)); }

  // base64 text or null
  Bytes keep(simdjson::dom::element element) {
    if (element.is_null()) return {};
    return keep(from_base64(element.get_string()));
  }

 private:
  std::deque<std::string> kept_;
};

}  // namespace tailrace
