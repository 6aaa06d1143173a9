// The floor that the bridge's fan-out is compared with: an epoll loop that writes the same bytes to the same number of
// sockets in the same sizes, and does nothing else. It knows just enough of the protocol for `tailrace load` to count.
//
// Prints its port; 0 picks a free one.
//
//   bench_bare PORT WRITES_PER_SECOND UPDATES_PER_WRITE VALUE_BYTES     (channel: bare)
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

namespace {

const char* const kUpgrade =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: none\r\nSec-WebSocket-Protocol: tailrace.v1\r\n\r\n";

struct Plan {
  int port = 0;
  long writes_per_second = 50;
  long updates_per_write = 20;
  std::size_t value_bytes = 200;
};

struct Client {
  int requests = 0;     // the upgrade, then the subscribe
  std::string waiting;  // what the socket did not take
};

long long unix_millis() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

std::string text_frame(const std::string& payload) {
  std::string frame = "\x81";
  const auto size = payload.size();
  const int bytes = size < 126 ? 0 : size < 65536 ? 2 : 8;
  frame += static_cast<char>(bytes == 0 ? size : bytes == 2 ? 126 : 127);
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) frame += static_cast<char>(size >> shift);
  return frame + payload;
}

std::string subscribed(long long next) {
  const auto position = "\"v1.00000000.0:" + std::to_string(next) + "\"";
  return text_frame("{\"subscribed\":{\"channel\":\"bare\",\"position\":" + position + ",\"head\":" + position +
                    "},\"id\":1}");
}

std::string batch(const Plan& plan, long long from) {
  const auto next = from + plan.updates_per_write;
  auto text = "{\"ch\":\"bare\",\"p\":0,\"from\":" + std::to_string(from) + ",\"next\":" + std::to_string(next) +
              ",\"fp\":\"00000000\",\"u\":[";
  const auto now = std::to_string(unix_millis());
  for (auto offset = from; offset < next; ++offset) {
    auto value = "{\"n\":" + std::to_string(offset) + ",\"pad\":\"";
    value.append(plan.value_bytes > value.size() + 2 ? plan.value_bytes - value.size() - 2 : 0, 'x');
    text += (offset == from ? "" : ",") + ("{\"o\":" + std::to_string(offset)) + ",\"t\":" + now +
            ",\"k\":\"key\",\"v\":" + value + "\"}}";
  }
  return text_frame(text + "]}");
}

int listen_on(int port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(static_cast<std::uint16_t>(port));
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, reinterpret_cast<sockaddr*>(&where), sizeof where) != 0 || listen(listener, 4096) != 0) {
    std::perror("bench_bare");
    std::exit(1);
  }
  socklen_t size = sizeof where;
  getsockname(listener, reinterpret_cast<sockaddr*>(&where), &size);
  std::printf("%d\n", ntohs(where.sin_port));
  std::fflush(stdout);
  return listener;
}

int timer_every(long per_second) {
  const int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  itimerspec every{};
  every.it_interval = {per_second == 1 ? 1 : 0, per_second == 1 ? 0 : 1'000'000'000 / per_second};
  every.it_value = every.it_interval;
  timerfd_settime(timer, 0, &every, nullptr);
  return timer;
}

class Bare {
 public:
  explicit Bare(const Plan& plan)
      : plan_(plan),
        epoll_(epoll_create1(EPOLL_CLOEXEC)),
        listener_(listen_on(plan.port)),
        timer_(timer_every(plan.writes_per_second)) {
    watch(listener_, EPOLLIN);
    watch(timer_, EPOLLIN);
  }

  void run() {
    std::array<epoll_event, 512> events;
    for (;;) {
      const int ready = epoll_wait(epoll_, events.data(), events.size(), -1);
      for (int i = 0; i < ready; ++i) serve(events[i].data.fd);
    }
  }

 private:
  void watch(int descriptor, std::uint32_t what) {
    epoll_event event{what, {.fd = descriptor}};
    epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event);
  }

  void serve(int descriptor) {
    if (descriptor == listener_) return accept_all();
    if (descriptor == timer_) return fan_out();
    char bytes[4096];
    const auto got = read(descriptor, bytes, sizeof bytes);
    if (got <= 0) {
      close(descriptor);
      clients_.erase(descriptor);
      return;
    }
    auto& client = clients_[descriptor];
    write_to(descriptor, client,
             client.requests == 0   ? kUpgrade
             : client.requests == 1 ? subscribed(next_)
                                    : std::string());
    ++client.requests;
  }

  void accept_all() {
    for (int client; (client = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
      const int on = 1;
      setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      clients_[client];
      watch(client, EPOLLIN);
    }
  }

  void fan_out() {
    std::uint64_t due = 0;
    if (read(timer_, &due, sizeof due) != sizeof due) return;
    for (; due > 0; --due) {
      const auto frame = batch(plan_, next_);
      next_ += plan_.updates_per_write;
      for (auto& [descriptor, client] : clients_)
        if (client.requests > 1) write_to(descriptor, client, frame);
    }
  }

  static void write_to(int descriptor, Client& client, std::string_view bytes) {
    if (!client.waiting.empty()) {
      client.waiting.append(bytes);
      bytes = client.waiting;
    }
    const auto sent = send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN) client.requests = 0;  // gone: its read will say so
    const auto taken = sent < 0 ? (client.requests == 0 ? bytes.size() : 0) : static_cast<std::size_t>(sent);
    if (taken < bytes.size())
      client.waiting = std::string(bytes.substr(taken));
    else if (!client.waiting.empty())
      client.waiting.clear();
  }

  Plan plan_;
  int epoll_;
  int listener_;
  int timer_;
  long long next_ = 0;
  std::map<int, Client> clients_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fputs("usage: bench_bare PORT WRITES_PER_SECOND UPDATES_PER_WRITE VALUE_BYTES\n", stderr);
    return 2;
  }
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  Bare({std::atoi(argv[1]), std::atol(argv[2]), std::atol(argv[3]), static_cast<std::size_t>(std::atol(argv[4]))})
      .run();
}
