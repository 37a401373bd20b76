// A terminal for an attached one-off: we are its keyboard and screen, and the one-off has the other
// side as its stdin, stdout and stderr. When the last of our descriptors is closed, it is hung up.
#pragma once

#include <optional>

#include "base/unique_fd.h"
#include "proto/message.h"

namespace muster {

struct Terminal {
  UniqueFd ours;    // non-blocking; reading fails with EIO when nobody has theirs open any more
  UniqueFd theirs;  // nobody's controlling terminal yet
};

// None: errno says why.
std::optional<Terminal> open_terminal(TerminalSize size);

// Either side's. Who runs in the foreground of it gets SIGWINCH.
void set_terminal_size(int terminal, TerminalSize size);

}  // namespace muster
