// Only canonical text is a position.
#include "log/position.h"

#include "require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(data, size);
  const auto position = tailrace::parse_position(text);
  if (position) require(format_position(*position) == text, "a position formats to the text it was parsed from");
  if (!position) require(position.error().code == "position_invalid", "the code of what is no position");
  return 0;
}
