// Timers of the loop: Timer for milliseconds and more, TimerFd below that. Neither fires early.
#pragma once

#include <functional>

#include "base/unique_fd.h"
#include "base/uv/loop.h"
#include "base/uv/poll.h"

namespace muster {

// Calls `on_due` once per arming, unless disarmed before. Arming again replaces what was armed.
// libuv counts whole milliseconds, so it may fire up to one late.
class Timer {
 public:
  Timer(Loop& loop, std::function<void()> on_due);

  void at(MonoTime due);
  void after(Nanos delay) { at(loop_clock() + delay); }
  void every(Nanos period);  // first after one period; at least a millisecond
  void disarm();
  bool armed() const;

 private:
  static void fire(uv_timer_t* handle);

  UvPtr<uv_timer_t> timer_;
  std::function<void()> on_due_;
  CallbackGuard guard_;
};

// The same by the kernel's own timer, which is exact to microseconds and costs a file descriptor
// and a system call per arming. It fires once.
class TimerFd {
 public:
  TimerFd(Loop& loop, std::function<void()> on_due);

  void after(Nanos delay);
  void disarm();
  bool armed() const { return armed_; }

 private:
  void on_readable();

  UniqueFd fd_;
  std::function<void()> on_due_;
  bool armed_ = false;
  Poll poll_;
};

}  // namespace muster
