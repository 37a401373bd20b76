// The terminal that we were started in, lent to another program: every key goes through as it is
// pressed, Ctrl-C too, and nothing is shown that it does not print. Keeps: the terminal is as it
// was when this is over.
#pragma once

#include <termios.h>
#include <optional>

#include "base/unique_fd.h"
#include "proto/message.h"

namespace muster {

// Those by which a terminal or a user ends us, or says that its size has changed, are read from
// this descriptor from now on.
UniqueFd take_over_signals();

class RawTerminal {
 public:
  RawTerminal() = default;
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;
  ~RawTerminal() { end(); }

  // Whether our stdin and our stdout are one.
  static bool is_ours();
  static TerminalSize size();

  void begin();
  void end();

 private:
  std::optional<termios> before_;
};

}  // namespace muster
