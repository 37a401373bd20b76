// The first process of one launch, from its start to its exit, whether this supervisor has started
// it or an earlier one. Passive: it is told by the loop, and tells its owner that there is
// something new to look at. Keeps: a child of ours is reaped by `release` alone, so its pid is its
// own, and its exit can still be read by a successor, until the owner has told of it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
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

  // The things that the process begins with. `stdio` become its descriptors 0, 1, 2, exec_report_fd
  // and, if there is one more, exec_listen_fd; they must not have these numbers already.
  struct Plan {
    UniqueFd program;  // if this is open, it is executed; else argv[0]
    std::vector<std::string> argv;
    std::vector<std::string> environment;  // "K=V"
    std::vector<int> stdio;
    int cgroup = -1;              // the directory of one to start in, where the kernel lets us
    bool only_in_cgroup = false;  // or not at all
  };

  // Starts it in a session of its own. Fails with the error number; nothing runs then. `report` is
  // our end of the socket that the child has as exec_report_fd. `on_change` is called from
  // callbacks, in which the Child must not be destroyed.
  static tl::expected<std::unique_ptr<Child>, int> spawn(Loop& loop, Plan plan, UniqueFd report,
                                                         std::function<void()> on_change);

  // A process that runs already, or is dead by now. Without `report` its exec has succeeded. A
  // process that is no more has exited, and it is not known how.
  static std::unique_ptr<Child> adopt(Loop& loop, Identity identity, UniqueFd report,
                                      std::function<void()> on_change);

  pid_t pid() const { return static_cast<pid_t>(identity_.pid); }
  const Identity& identity() const { return identity_; }
  void prints_into(uint64_t out, uint64_t err) { identity_.out = out, identity_.err = err; }
  // Whether exec has succeeded. Known at the latest when there is an exit.
  Start start() const { return start_; }
  const ExecReport& failure() const { return failure_; }  // if the start has failed
  const std::optional<ExitStatus>& exit() const { return exit_; }

  // Waits until it is dead, or the time is over; the other one kills it before.
  void await_end(Nanos patience) const;
  void end_now(Nanos patience) const;

  // Its exit was told and will not be asked for again: its pid may be given to others.
  void release();

 private:
  Child(Loop& loop, Identity identity, UniqueFd pidfd, UniqueFd report,
        std::function<void()> on_change);
  void read_report();
  void read_exit();

  Identity identity_;
  UniqueFd pidfd_, report_;
  std::function<void()> on_change_;
  Start start_ = Start::pending;
  ExecReport failure_{};
  std::optional<ExitStatus> exit_;
  bool released_ = false;
  std::optional<Poll> exit_poll_, report_poll_;
};

// The messages of muster-exec so far through a report socket, none of which is taken out of it.
struct ExecSaid {
  pid_t pid = 0;  // 0: it has not begun
  std::optional<ExecReport> failure;
  bool over = false;  // nothing more will be said
};
ExecSaid peek_report(int report);

}  // namespace muster
