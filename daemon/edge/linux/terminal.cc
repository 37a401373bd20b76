// See terminal.h.
#include "daemon/edge/linux/terminal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <algorithm>

namespace muster {

std::optional<Terminal> open_terminal(TerminalSize size) {
  Terminal terminal;
  terminal.ours.reset(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK));
  if (!terminal.ours || ::unlockpt(terminal.ours.get()) != 0) return {};
  // By the descriptor: its path may mean another one in a container.
  terminal.theirs.reset(::ioctl(terminal.ours.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!terminal.theirs) return {};
  set_terminal_size(terminal.ours.get(), size);
  return terminal;
}

bool is_terminal(int fd) {
  int number = 0;
  return ::ioctl(fd, TIOCGPTN, &number) == 0;
}

void set_terminal_size(int terminal, TerminalSize size) {
  const auto most = uint64_t{UINT16_MAX};
  winsize window{};
  window.ws_row = static_cast<unsigned short>(std::min(size.first, most));
  window.ws_col = static_cast<unsigned short>(std::min(size.second, most));
  ::ioctl(terminal, TIOCSWINSZ, &window);
}

}  // namespace muster
