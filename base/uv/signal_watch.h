// Calls back, in the loop, when the process gets a signal. Several arrivals may be told as one.
#pragma once

#include <functional>

#include "base/uv/loop.h"

namespace muster {

class SignalWatch {
 public:
  SignalWatch(Loop& loop, int signal, std::function<void()> on_signal);

 private:
  UvPtr<uv_signal_t> signal_;
  std::function<void()> on_signal_;
  CallbackGuard guard_;
};

}  // namespace muster
