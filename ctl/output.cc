// See output.h. SIGPIPE is ignored by main, so a reader that has gone shows as EPIPE.
#include "ctl/output.h"

#include <poll.h>
#include <unistd.h>
#include <cerrno>

#include "base/terminal_text.h"

namespace muster {

Output::Output(int fd) : fd_(fd), terminal_(::isatty(fd) == 1) {}

void Output::write(std::string_view text) {
  if (terminal_)
    append_terminal_safe_lines(text, buffer_);
  else
    buffer_ += text;
}

void Output::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty() && !closed_) {
    ssize_t written = ::write(fd_, rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN) {
      // A process that shares the descriptor has made it non-blocking.
      pollfd writable{fd_, POLLOUT, 0};
      ::poll(&writable, 1, -1);
    } else if (errno != EINTR) {
      closed_ = true;
      if (errno != EPIPE) error_number_ = errno;
    }
  }
  buffer_.clear();
}

bool Output::reader_gone() const {
  pollfd reader{fd_, 0, 0};
  return ::poll(&reader, 1, 0) == 1 && (reader.revents & (POLLERR | POLLNVAL)) != 0;
}

}  // namespace muster
