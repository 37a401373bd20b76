// The first process of one launch, from the fork to its exit. Passive: libuv tells it, and it tells
// its owner that there is something new to look at. Keeps: the handle is not closed before the exit
// was seen, unless the daemon itself ends.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/unique_fd.h"
#include "base/uv/loop.h"
#include "base/uv/poll.h"
#include "daemon/core/event.h"
#include "daemon/exec/report.h"

namespace muster {

class Child {
 public:
  enum class Start : uint8_t { pending, succeeded, failed };

  // Forks. Fails with the (positive) error number; nothing runs then. `report` is the read end of
  // the pipe that the child has as exec_report_fd. `on_change` is called from callbacks, in which
  // the Child must not be destroyed.
  static tl::expected<std::unique_ptr<Child>, int> spawn(Loop& loop,
                                                         const uv_process_options_t& options,
                                                         UniqueFd report,
                                                         std::function<void()> on_change);

  pid_t pid() const { return pid_; }
  // Whether exec has succeeded. Known at the latest when there is an exit.
  Start start() const { return start_; }
  const ExecReport& failure() const { return failure_; }  // if the start has failed
  const std::optional<ExitStatus>& exit() const { return exit_; }

 private:
  Child(UniqueFd report, std::function<void()> on_change);
  void read_report();
  void on_exit(int64_t code, int signal);

  UniqueFd report_;
  std::optional<Poll> report_poll_;
  UvPtr<uv_process_t> process_;
  std::function<void()> on_change_;
  pid_t pid_ = 0;
  Start start_ = Start::pending;
  ExecReport failure_{};
  std::optional<ExitStatus> exit_;
};

}  // namespace muster
