// See poll.h.
#include "base/uv/poll.h"

#include <utility>

#include "base/check.h"

namespace muster {

Poll::Poll(Loop& loop, int fd, std::function<void()> on_ready) : on_ready_(std::move(on_ready)) {
  int status = make_handle(poll_, uv_poll_init, loop.get(), fd);
  CHECK(status == 0, "uv_poll_init: {}", uv_strerror(status));
  poll_->data = this;
}

void Poll::watch(Interest interest) {
  if (interest == watched_) return;
  watched_ = interest;
  if (interest == nothing) {
    uv_poll_stop(poll_.get());
    return;
  }
  uv_poll_start(poll_.get(), interest, [](uv_poll_t* handle, int status, int) {
    auto* self = static_cast<Poll*>(handle->data);
    if (!self) return;
    if (status < 0) self->watched_ = nothing;  // libuv has stopped watching
    self->guard_.call(self->on_ready_);
  });
}

}  // namespace muster
