// See loop.h.
#include "base/uv/loop.h"

#include "base/check.h"

namespace muster {

Loop::Loop() {
  int status = uv_loop_init(&loop_);
  CHECK(status == 0, "uv_loop_init: {}", uv_strerror(status));
}

Loop::~Loop() {
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
