// See raw_terminal.h.
#include "ctl/raw_terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

namespace muster {

bool RawTerminal::is_ours() { return ::isatty(STDIN_FILENO) && ::isatty(STDOUT_FILENO); }

TerminalSize RawTerminal::size() {
  winsize window{};
  ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window);
  return {window.ws_row, window.ws_col};
}

void RawTerminal::begin() {
  termios now{};
  if (before_ || ::tcgetattr(STDIN_FILENO, &now) != 0) return;
  before_ = now;
  ::cfmakeraw(&now);
  ::tcsetattr(STDIN_FILENO, TCSADRAIN, &now);
}

void RawTerminal::end() {
  if (before_) ::tcsetattr(STDIN_FILENO, TCSADRAIN, &*before_);
  before_.reset();
}

}  // namespace muster
