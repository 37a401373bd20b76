// Starts the first process of a launch: environment, descriptors, and muster-exec for what is done
// in the child. Decides nothing and remembers no launch.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "base/uv/loop.h"
#include "daemon/core/action.h"
#include "daemon/edge/launch/child.h"
#include "daemon/edge/launch/launch_pipes.h"
#include "daemon/edge/launch/probe.h"
#include "daemon/edge/linux/program_copy.h"
#include "daemon/edge/linux/start_failure.h"

namespace muster {

struct SpawnerOptions {
  std::string directory;     // the app's, absolute
  std::string checkouts;     // where those of code are
  std::string exec_program;  // muster-exec
  uint64_t fd_limit = 1024;  // the soft limit that programs get
  // Whether the stdin of the formation's processes says nothing and does not end, as on a terminal
  // at which no person types; else it is /dev/null.
  bool open_input = false;
  // The socket that listens there, for launches that share it.
  std::function<StartResult<int>(const ListenAddress&)> listener = {};
};

// The cgroups of a launch that is about to be started.
struct Containment {
  UniqueFd cgroup;  // the directory of that to start it in, if there is one
  bool is_limited = false;
  std::vector<std::string> to_enter;  // the directories of others
};

class Spawner {
 public:
  // Takes the daemon's environment as it is now.
  static Result<Spawner> open(Loop& loop, SpawnerOptions options);

  // Forks. `mark` is added to the environment. `pipes.ours` are not needed here; the child's ends
  // are closed in any case. In the cgroup if it can be done, or if that is to limit it.
  StartResult<std::unique_ptr<Child>> spawn(const Launch& launch, LaunchPipes pipes,
                                            const Environment& mark, const Containment& inside,
                                            std::function<void()> on_change) const;

  // The launch whose first process is this one.
  Whereabouts whereabouts(const Launch& launch, const Environment& mark, pid_t first) const;

  // The subject of a failure of the started child.
  StartFailure describe(const Launch& launch, const ExecReport& report) const;

 private:
  Spawner(Loop& loop, SpawnerOptions options, UniqueFd null, ProgramCopy exec_copy);
  std::string directory_of(const Launch& launch) const;
  std::vector<std::string> environment(const Launch& launch, const Environment& mark,
                                       const Person& who) const;

  Loop* loop_;
  SpawnerOptions options_;
  UniqueFd null_;
  ProgramCopy exec_copy_;  // of exec_program, for what is isolated
  std::map<std::string, std::string> environment_;
};

}  // namespace muster
