// A bridge that says what it is told to: one script of text frames for every connection that comes, sent once the
// client has subscribed; then it cuts the connection. After the last script it is gone.
#pragma once

#include "config/bridge_url.h"

#include <string>
#include <thread>
#include <vector>

namespace tailrace {

class FakeBridge {
 public:
  using Script = std::vector<std::string>;

  explicit FakeBridge(std::vector<Script> scripts);
  ~FakeBridge() { stop(); }

  BridgeUrl url() const;
  void stop();                       // waits for the scripts under way
  std::vector<std::string> heard();  // the first message of every connection; stops it

 private:
  void run();
  void play(int client, const Script& script);

  std::vector<Script> scripts_;
  std::vector<std::string> heard_;
  int listener_ = -1;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace tailrace
