// Runs one task at a time in libuv's thread pool: for what may block, like fsync.
#pragma once

#include <functional>

#include "base/uv/loop.h"

namespace muster {

class Work {
 public:
  explicit Work(Loop& loop) : loop_(loop) {}
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;
  // A task that is under way goes on, but its `done` will not be called. The task must therefore
  // own whatever it touches.
  ~Work();

  // `task` runs in another thread, then `done` in the loop. Not to be called while busy.
  void start(std::function<void()> task, std::function<void()> done);
  bool busy() const { return request_ != nullptr; }

 private:
  struct Request {
    uv_work_t work;
    Work* owner;
    std::function<void()> task, done;
  };

  Loop& loop_;
  Request* request_ = nullptr;  // owned by libuv until it is done
  CallbackGuard guard_;
};

}  // namespace muster
