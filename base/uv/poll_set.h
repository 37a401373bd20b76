// Many descriptors watched as one: an epoll set of its own, which the loop watches. So the watching
// of all of them is put off and on by one call. Level-triggered. Owns no descriptor: each must be
// removed before it is closed.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <span>

#include "base/unique_fd.h"
#include "base/uv/loop.h"
#include "base/uv/poll.h"

namespace muster {

class PollSet {
 public:
  // `on_ready` is called while there is something to read, a hang-up or an error at one of them.
  PollSet(Loop& loop, std::function<void()> on_ready);

  // `owner` is what `ready` hands out for it.
  void add(int fd, void* owner);
  void remove(int fd);

  // The owners for whom there is something at this moment; some of them, if they are very many,
  // and others when asked again. Valid until the next call.
  std::span<void* const> ready();

  void watch(bool on) { poll_.watch(on ? Poll::readable : Poll::nothing); }

 private:
  UniqueFd epoll_;
  std::array<void*, 256> ready_{};
  Poll poll_;
};

}  // namespace muster
