// A server frame as values, for a client that shows them (schemas/protocol.md, section 4). Whoever only counts takes
// commands/data_scan.h.
#pragma once

#include "base/error.h"
#include "log/position.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tailrace {

struct ShownUpdate {
  enum class Form { json, text, base64, deleted, omitted };

  Offset offset = 0;
  Millis timestamp = 0;
  std::optional<std::string> key;  // as text, or "base64:…"
  Form form = Form::json;
  std::string value;     // JSON verbatim, text, base64; of omitted: the bytes
  std::string_view raw;  // the update's JSON; lives until the next read()
};

struct UpdatesFrame {
  Span span;
  std::uint32_t fingerprint = 0;
  std::vector<ShownUpdate> updates;
};
struct GapFrame {
  Span span;
  std::string reason;
};
struct CoverageFrame {
  std::vector<Span> rows;
};
struct WelcomeFrame {
  Millis heartbeat = 0;
};
struct SubscribedFrame {
  Position position;
};
struct EndedFrame {
  Position position;
};
struct ResetFrame {
  std::string reason;
  Position position;
};
struct RefusalFrame {  // an error, or an unsubscribed that nobody asked for
  std::string code;
  std::string message;
  bool retry = false;
};
struct ClosingFrame {
  std::string reason;
  Millis reconnect_in = 0;
};
struct StatusFrame {
  std::string text;  // the status as JSON
};
struct OtherFrame {};

using ServerFrame = std::variant<OtherFrame, UpdatesFrame, GapFrame, CoverageFrame, WelcomeFrame, SubscribedFrame,
                                 EndedFrame, ResetFrame, RefusalFrame, ClosingFrame, StatusFrame>;

class FrameReader {
 public:
  FrameReader();
  ~FrameReader();

  Result<ServerFrame> read(std::string_view payload);  // error code: bad_frame

 private:
  struct Parsers;
  std::unique_ptr<Parsers> parsers_;
};

}  // namespace tailrace
