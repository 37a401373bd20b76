// A cgroup (version 2), by its directory. It holds what was started in it and all that comes of
// that, whatever session, parent or environment it gives itself; only who has the right to may
// leave. Remembers nothing, so an earlier supervisor's is as good as one's own. Knows no launches.
#pragma once

#include <sys/types.h>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"
#include "base/uv/poll.h"

namespace muster {

class Cgroup {
 public:
  explicit Cgroup(std::string directory) : directory_(std::move(directory)) {}

  const std::string& directory() const { return directory_; }
  Cgroup below(std::string_view name) const;
  // The names of those directly below it.
  std::vector<std::string> names_below() const;

  // Also if it was there before. The one above it must be there.
  bool make() const;
  bool exists() const;
  // With all that are below it; false while any process is in one of them.
  bool remove() const;

  // To start a process in it.
  UniqueFd open() const;
  bool holds(pid_t pid) const;
  // Whether anybody in it, or below it, is alive.
  bool occupied() const;
  // Every process in it and below it.
  std::vector<pid_t> processes() const;

  // SIGKILL to every process in it and below it, including those that are being forked.
  void kill() const;
  // The same where the kernel has no such thing (before 5.14): who forks in time is missed.
  void kill_each() const;

 private:
  std::string directory_;
};

// Tells when the last process of a cgroup, and of those below it, has died: a hundredth of a second
// later at most. May tell more often. If it cannot be watched it tells nothing.
class CgroupWatch {
 public:
  CgroupWatch(Loop& loop, const Cgroup& cgroup, std::function<void()> on_change);

 private:
  void changed();

  std::function<void()> on_change_;
  UniqueFd events_;
  std::optional<Poll> poll_;
};

}  // namespace muster
