// Ctrl-C and SIGTERM as something to wait for: readable once one of them came.
#pragma once

#include "commands/dial.h"

namespace tailrace {

// Blocks both signals for this thread and those it starts later.
Descriptor interrupt_descriptor();

bool interrupted(const Descriptor& interrupt);

}  // namespace tailrace
