// Tells when a file descriptor may be read or written. Owns the watching, not the descriptor, which
// must stay open until the Poll is gone. Level-triggered: tells again each turn until served.
#pragma once

#include <functional>

#include "base/uv/loop.h"

namespace muster {

class Poll {
 public:
  enum Interest {
    nothing = 0,
    readable = UV_READABLE,
    writable = UV_WRITABLE,
    changed = UV_PRIORITIZED,  // of a file of the kernel's that tells so; read it to be told again
    hung_up = UV_DISCONNECT,   // the other end of a socket was closed; not told of what can be read
  };

  // Sets `fd` non-blocking; it must be one that epoll takes (a pipe, a socket, not a file on a
  // disk). `on_ready` is also called when the descriptor has an error or is hung up: trying shows
  // it. Watches nothing until told to.
  Poll(Loop& loop, int fd, std::function<void()> on_ready);

  void watch(Interest interest);
  Interest watched() const { return watched_; }

 private:
  UvPtr<uv_poll_t> poll_;
  std::function<void()> on_ready_;
  Interest watched_ = nothing;
  CallbackGuard guard_;
};

}  // namespace muster
