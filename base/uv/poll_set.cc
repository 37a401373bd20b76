// See poll_set.h.
#include "base/uv/poll_set.h"

#include <sys/epoll.h>
#include <cerrno>
#include <utility>

#include "base/check.h"

namespace muster {

PollSet::PollSet(Loop& loop, std::function<void()> on_ready)
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)), poll_(loop, epoll_.get(), std::move(on_ready)) {}

void PollSet::add(int fd, void* owner) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = owner;
  int status = ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event);
  CHECK(status == 0, "epoll_ctl: error {}", errno);
}

void PollSet::remove(int fd) {
  int status = ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
  CHECK(status == 0, "epoll_ctl: error {}", errno);
}

std::span<void* const> PollSet::ready() {
  std::array<epoll_event, std::tuple_size_v<decltype(ready_)>> events;
  int found = ::epoll_wait(epoll_.get(), events.data(), int(events.size()), 0);
  size_t count = found > 0 ? size_t(found) : 0;
  for (size_t i = 0; i < count; i++) ready_[i] = events[i].data.ptr;
  return std::span(ready_).first(count);
}

}  // namespace muster
