// Starts the first process of a launch: pipes, environment, descriptors, and muster-exec for what
// is done in the child. Decides nothing and remembers no launch.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/uv/loop.h"
#include "daemon/core/action.h"
#include "daemon/edge/child.h"
#include "daemon/edge/output.h"
#include "daemon/edge/probe.h"

namespace muster {

struct SpawnerOptions {
  std::string directory;     // the app's, absolute
  std::string exec_program;  // muster-exec
  uint64_t fd_limit = 1024;  // the soft limit that programs get
};

// What was being done when a launch failed to start, and why.
struct StartFailure {
  std::string stage;
  int error_number;
};
template <class T>
using StartResult = tl::expected<T, StartFailure>;

// The pipes of a launch that is about to be started, our ends and the child's, and the two ends of
// the socket through which muster-exec reports.
struct LaunchPipes {
  PipeEnds ours, childs;
  UniqueFd report, childs_report;
};

class Spawner {
 public:
  // Takes the daemon's environment as it is now.
  static Result<Spawner> open(Loop& loop, SpawnerOptions options);

  // Real pipes, because a program may open /dev/stdout again; an attached launch gets one for its
  // stdin too, or a terminal for all three. The child has both ends of those that it prints into:
  // when nobody of us is left it waits, instead of being ended by SIGPIPE. Refuses while fewer than
  // `fd_reserve` descriptors are left for everybody else.
  StartResult<LaunchPipes> make_pipes(const Launch& launch) const;

  // Forks. `mark` is added to the environment. `pipes.ours` are not needed here; the child's ends
  // are closed in any case. In `cgroup`, an open directory, if there is one and it can be done.
  StartResult<std::unique_ptr<Child>> spawn(const Launch& launch, LaunchPipes pipes,
                                            const Environment& mark, int cgroup,
                                            std::function<void()> on_change) const;

  // What a launch begins with.
  Whereabouts whereabouts(const Launch& launch, const Environment& mark) const;

  // What a failure of the started child was about.
  StartFailure describe(const Launch& launch, const ExecReport& report) const;

 private:
  Spawner(Loop& loop, SpawnerOptions options, UniqueFd null);
  std::string directory_of(const Launch& launch) const;

  Loop* loop_;
  SpawnerOptions options_;
  UniqueFd null_;
  std::map<std::string, std::string> environment_;
};

}  // namespace muster
