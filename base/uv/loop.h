// A libuv event loop and the rule for who owns its handles. Keeps: every handle is closed exactly
// once, by its UvPtr; a callback never destroys the object it was called for (its owner does, at a
// fixed point of the loop's turn); and when the Loop goes, nothing of it is left.
#pragma once

#include <uv.h>
#include <memory>
#include <utility>

#include "base/time.h"

namespace muster {

// To be the first member of a class that owns handles, so that it is destroyed last. Its destructor
// runs the close callbacks and the work that is still under way; a handle that was not closed is a
// bug.
class Loop {
 public:
  Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  ~Loop();

  void run();                // until stop(), or until no active handle is left
  void turn(bool may_wait);  // once round
  void stop();               // to be called from a callback; run() returns at the end of the turn

  uv_loop_t* get() { return &loop_; }

 private:
  uv_loop_t loop_;
  uv_prepare_t read_clock_;
};

// The time that libuv's timers go by, read freshly; the same clock as read_clocks().mono.
inline MonoTime loop_clock() { return MonoTime(Nanos(static_cast<int64_t>(uv_hrtime()))); }

// Closes a handle that was initialised, and frees its memory when libuv is done with it. `data` is
// cleared first: no callback of ours is called after this.
template <class H>
struct UvClose {
  void operator()(H* handle) const {
    handle->data = nullptr;
    uv_close(reinterpret_cast<uv_handle_t*>(handle),
             [](uv_handle_t* closed) { delete reinterpret_cast<H*>(closed); });
  }
};

template <class H>
using UvPtr = std::unique_ptr<H, UvClose<H>>;

// uv_handle<uv_timer_t>(uv_timer_init, loop.get(), ...): a handle made and initialised, or the
// (negative) error of its init function. A failure leaves nothing that needs closing.
template <class H, class Init, class... Args>
int make_handle(UvPtr<H>& made, Init init, uv_loop_t* loop, Args... args) {
  auto handle = std::make_unique<H>();
  int status = init(loop, handle.get(), args...);
  if (status == 0) made.reset(handle.release());
  return status;
}

// Marks an object as being in its own callback; its destructor checks that it is not.
class CallbackGuard {
 public:
  CallbackGuard() = default;
  CallbackGuard(const CallbackGuard&) = delete;
  CallbackGuard& operator=(const CallbackGuard&) = delete;
  ~CallbackGuard();

  template <class F>
  void call(const F& callback) {
    bool was_inside = std::exchange(inside_, true);
    callback();
    inside_ = was_inside;
  }
  bool inside() const { return inside_; }

 private:
  bool inside_ = false;
};

}  // namespace muster
