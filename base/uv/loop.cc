// See loop.h.
#include "base/uv/loop.h"

#include "base/check.h"

namespace muster {

Loop::Loop() {
  int status = uv_loop_init(&loop_);
  CHECK(status == 0, "uv_loop_init: {}", uv_strerror(status));
  // libuv plans how long to wait by the time at which the turn began: after a long turn all timers
  // would be as late. The hook that was started first is called last, right before that.
  uv_prepare_init(&loop_, &read_clock_);
  uv_unref(reinterpret_cast<uv_handle_t*>(&read_clock_));
  uv_prepare_start(&read_clock_, [](uv_prepare_t* hook) { uv_update_time(hook->loop); });
}

Loop::~Loop() {
  uv_close(reinterpret_cast<uv_handle_t*>(&read_clock_), nullptr);
  uv_walk(
      &loop_,
      [](uv_handle_t* handle, void*) {
        CHECK(uv_is_closing(handle), "a {} outlives its loop",
              uv_handle_type_name(uv_handle_get_type(handle)));
      },
      nullptr);
  // More than one round if stop() was called after the last turn, or work is still under way.
  while (uv_run(&loop_, UV_RUN_DEFAULT) != 0) {
  }
  int status = uv_loop_close(&loop_);
  CHECK(status == 0, "uv_loop_close: {}", uv_strerror(status));
}

void Loop::run() { uv_run(&loop_, UV_RUN_DEFAULT); }

void Loop::turn(bool may_wait) { uv_run(&loop_, may_wait ? UV_RUN_ONCE : UV_RUN_NOWAIT); }

void Loop::stop() { uv_stop(&loop_); }

CallbackGuard::~CallbackGuard() { CHECK(!inside_, "a callback destroyed its own object"); }

}  // namespace muster
