// Where a launch's descriptors and its process are kept beyond the death of this program. An
// interface, so that the code that runs the processes need not know where that is.
#pragma once

#include <sys/types.h>
#include <optional>

#include "base/unique_fd.h"
#include "proto/ids.h"

namespace muster {

// The deposits for a launch that an earlier supervisor had asked for.
struct KeptLaunch {
  pid_t pid = 0;  // 0: not known
  UniqueFd out, err, report, in;
};

// The same for sockets that launches share, each under a number of its own.
class SocketStore {
 public:
  virtual ~SocketStore() = default;

  virtual void keep_listener(uint64_t key, int fd) = 0;  // it stays the caller's
  virtual void forget_listener(uint64_t key) = 0;
  // Once for each; closed if there is none.
  virtual UniqueFd take_listener(uint64_t key) = 0;
};

class FdStore {
 public:
  virtual ~FdStore() = default;

  // Our ends of its pipes and its report socket, before the fork; they stay the caller's. Those
  // that were kept before are let go of.
  struct Ends {
    int out = -1, err = -1, report = -1, in = -1;
  };
  virtual void keep(LaunchId launch, const Ends& ends, pid_t pid = 0) = 0;
  // Its process: it is not reaped before its exit was told, however its parents end.
  virtual void keep_pid(LaunchId launch, pid_t pid) = 0;
  // Its exit was told.
  virtual void release_pid(LaunchId launch) = 0;
  // It is over.
  virtual void forget(LaunchId launch) = 0;

  // Once for each launch.
  virtual std::optional<KeptLaunch> take(LaunchId launch) = 0;
};

}  // namespace muster
