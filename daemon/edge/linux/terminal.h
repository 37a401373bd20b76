// A terminal for a launch: we are its keyboard and screen, and the launch has the other side as its
// stdin, stdout and stderr. When the last of our descriptors is closed, it is hung up.
#pragma once

#include <optional>

#include "base/unique_fd.h"
#include "proto/message.h"

namespace muster {

struct Terminal {
  UniqueFd ours;    // non-blocking; reading fails with EIO when theirs is open no more
  UniqueFd theirs;  // no session's controlling terminal yet
};

// None: errno says why.
std::optional<Terminal> open_terminal(TerminalSize size);

// Whether it is our side of one.
bool is_terminal(int fd);

// Either side's. The process in the foreground of it gets SIGWINCH.
void set_terminal_size(int terminal, TerminalSize size);

}  // namespace muster
