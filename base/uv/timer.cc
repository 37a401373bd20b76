// See timer.h.
#include "base/uv/timer.h"

#include <sys/timerfd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/check.h"

namespace muster {
namespace {

uint64_t millis_rounded_up(Nanos time) {
  return static_cast<uint64_t>(
      std::max<int64_t>(0, std::chrono::ceil<std::chrono::milliseconds>(time).count()));
}

UniqueFd make_timer_fd() {
  UniqueFd fd(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC));
  CHECK(fd, "timerfd_create: {}", std::strerror(errno));
  return fd;
}

}  // namespace

Timer::Timer(Loop& loop, std::function<void()> on_due) : on_due_(std::move(on_due)) {
  make_handle(timer_, uv_timer_init, loop.get());
  timer_->data = this;
}

void Timer::fire(uv_timer_t* handle) {
  if (auto* self = static_cast<Timer*>(handle->data)) self->guard_.call(self->on_due_);
}

// The loop's own time lags behind within a turn; counting from it to the due millisecond of the
// same clock keeps the timer from firing early. A timer that arms itself again waits a millisecond
// at least: libuv would call it at once, and if it does so for ever, never call anything else.
void Timer::at(MonoTime due) {
  uint64_t soonest = uv_now(timer_->loop) + (guard_.inside() ? 1 : 0);
  uint64_t due_millis = std::max(soonest, millis_rounded_up(due.time_since_epoch()));
  uv_timer_start(timer_.get(), fire, due_millis - uv_now(timer_->loop), 0);
}

void Timer::every(Nanos period) {
  uint64_t millis = std::max<uint64_t>(1, millis_rounded_up(period));
  uv_timer_start(timer_.get(), fire, millis, millis);
}

void Timer::disarm() { uv_timer_stop(timer_.get()); }

bool Timer::armed() const { return uv_is_active(reinterpret_cast<uv_handle_t*>(timer_.get())); }

TimerFd::TimerFd(Loop& loop, std::function<void()> on_due)
    : fd_(make_timer_fd()),
      on_due_(std::move(on_due)),
      poll_(loop, fd_.get(), [this] { on_readable(); }) {
  poll_.watch(Poll::readable);
}

void TimerFd::after(Nanos delay) {
  // A delay of zero would disarm it.
  auto nanos = std::max<int64_t>(1, delay.count());
  itimerspec spec{};
  spec.it_value.tv_sec = nanos / 1'000'000'000;
  spec.it_value.tv_nsec = nanos % 1'000'000'000;
  timerfd_settime(fd_.get(), 0, &spec, nullptr);
  armed_ = true;
}

void TimerFd::disarm() {
  itimerspec spec{};
  timerfd_settime(fd_.get(), 0, &spec, nullptr);
  armed_ = false;
}

void TimerFd::on_readable() {
  uint64_t expirations;
  if (read(fd_.get(), &expirations, sizeof expirations) < 0) return;
  armed_ = false;
  on_due_();
}

}  // namespace muster
