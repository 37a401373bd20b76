// Hooks into the loop's turn. In order: timers, Idle, Prepare, waiting for and serving descriptors,
// Check, close callbacks. While an Idle is on, the loop does not wait.
#pragma once

#include <functional>
#include <utility>

#include "base/uv/loop.h"

namespace muster {

template <class H, auto init, auto start, auto stop>
class TurnHook {
 public:
  // Off until switched on.
  TurnHook(Loop& loop, std::function<void()> on_turn) : on_turn_(std::move(on_turn)) {
    make_handle(hook_, init, loop.get());
    hook_->data = this;
  }

  void on() {
    start(hook_.get(), [](H* handle) {
      if (auto* self = static_cast<TurnHook*>(handle->data)) self->guard_.call(self->on_turn_);
    });
  }
  void off() { stop(hook_.get()); }
  bool is_on() const { return uv_is_active(reinterpret_cast<uv_handle_t*>(hook_.get())); }

  // A hook that is only there to react must not keep the loop running by itself.
  void unref() { uv_unref(reinterpret_cast<uv_handle_t*>(hook_.get())); }

 private:
  UvPtr<H> hook_;
  std::function<void()> on_turn_;
  CallbackGuard guard_;
};

using Idle = TurnHook<uv_idle_t, uv_idle_init, uv_idle_start, uv_idle_stop>;
using Prepare = TurnHook<uv_prepare_t, uv_prepare_init, uv_prepare_start, uv_prepare_stop>;
using Check = TurnHook<uv_check_t, uv_check_init, uv_check_start, uv_check_stop>;

}  // namespace muster
