// See signal_watch.h.
#include "base/uv/signal_watch.h"

#include <utility>

#include "base/check.h"

namespace muster {

SignalWatch::SignalWatch(Loop& loop, int signal, std::function<void()> on_signal)
    : on_signal_(std::move(on_signal)) {
  int status = make_handle(signal_, uv_signal_init, loop.get());
  CHECK(status == 0, "uv_signal_init: {}", uv_strerror(status));
  signal_->data = this;
  status = uv_signal_start(
      signal_.get(),
      [](uv_signal_t* handle, int) {
        if (auto* self = static_cast<SignalWatch*>(handle->data))
          self->guard_.call(self->on_signal_);
      },
      signal);
  CHECK(status == 0, "uv_signal_start: {}", uv_strerror(status));
}

}  // namespace muster
