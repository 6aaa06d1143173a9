#include "commands/interrupt.h"

#include <poll.h>
#include <sys/signalfd.h>

#include <csignal>

namespace tailrace {

Descriptor interrupt_descriptor() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  return Descriptor(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
}

bool interrupted(const Descriptor& interrupt) {
  pollfd one{interrupt.get(), POLLIN, 0};
  return poll(&one, 1, 0) > 0;
}

}  // namespace tailrace
