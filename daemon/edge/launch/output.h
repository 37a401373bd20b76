// Where the pipes of launches are read: into the log (Intake), or to the client of an attached
// one-off (Attachments). An interface, so that the code that runs the processes need not know
// which.
#pragma once

#include <array>

#include "base/result.h"
#include "base/time.h"
#include "base/unique_fd.h"
#include "daemon/core/action.h"

namespace muster {

// Our ends of a launch's pipes. `in` only where a client may write to the launch.
struct PipeEnds {
  UniqueFd in, out, err;
};

class Output {
 public:
  virtual ~Output() = default;

  // Before the fork, so that nothing runs whose output cannot be taken.
  virtual Result<> open(const Launch& launch, PipeEnds ends) = 0;
  // It runs, and that is being told. From the next turn of the loop on to close(), the output reads
  // the pipes by itself: no reader sees a line of a process that it does not know of.
  virtual void begin(LaunchId launch) = 0;
  // Moves on what the launch has printed so far, as much as goes at this moment.
  virtual void drain(LaunchId launch) = 0;
  // All was read up to the end of both pipes, and moved on.
  virtual bool ended(LaunchId launch) const = 0;
  // How long, after the last process of the launch has gone, its end may be waited for: another
  // process may hold a pipe open, or what was printed cannot be moved on.
  virtual Nanos patience(LaunchId launch) const = 0;
  // The read ends that are still open, stdout and stderr; -1 for those that are not.
  virtual std::array<int, 2> pipes(LaunchId launch) const = 0;
  // The descriptor by which a client may write to it; -1 if none may, or not any more.
  virtual int input_end(LaunchId) const { return -1; }
  // The launch is over, ended or not.
  virtual void close(LaunchId launch) = 0;
};

}  // namespace muster
