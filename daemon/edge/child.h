// The first process of one launch, from its start to its exit. Passive: it is told by the loop, and
// tells its owner that there is something new to look at. Keeps: nobody else reaps the process, so
// its pid is its own until the exit has been seen.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "base/uv/loop.h"
#include "base/uv/poll.h"
#include "daemon/core/event.h"
#include "daemon/exec/report.h"

namespace muster {

class Child {
 public:
  enum class Start : uint8_t { pending, succeeded, failed };

  // What the process begins with. `stdio` become its descriptors 0, 1, 2 and exec_report_fd; they
  // must not have these numbers already.
  struct Plan {
    std::vector<std::string> argv;         // the first is the program's path
    std::vector<std::string> environment;  // "K=V"
    std::array<int, 4> stdio;
  };

  // Starts it in a session of its own. Fails with the error number; nothing runs then. `report` is
  // the read end of the pipe that the child has as exec_report_fd. `on_change` is called from
  // callbacks, in which the Child must not be destroyed.
  static tl::expected<std::unique_ptr<Child>, int> spawn(Loop& loop, Plan plan, UniqueFd report,
                                                         std::function<void()> on_change);

  pid_t pid() const { return pid_; }
  // Whether exec has succeeded. Known at the latest when there is an exit.
  Start start() const { return start_; }
  const ExecReport& failure() const { return failure_; }  // if the start has failed
  const std::optional<ExitStatus>& exit() const { return exit_; }

 private:
  Child(Loop& loop, pid_t pid, UniqueFd pidfd, UniqueFd report, std::function<void()> on_change);
  void read_report();
  void reap();

  pid_t pid_;
  UniqueFd pidfd_, report_;
  std::function<void()> on_change_;
  Start start_ = Start::pending;
  ExecReport failure_{};
  std::optional<ExitStatus> exit_;
  Poll exit_poll_, report_poll_;
};

}  // namespace muster
