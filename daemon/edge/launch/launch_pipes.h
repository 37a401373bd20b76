// The connections of a launch to us: pipes, or a terminal, and a socket for muster-exec.
#pragma once

#include "base/unique_fd.h"
#include "daemon/core/action.h"
#include "daemon/edge/launch/output.h"
#include "daemon/edge/linux/account.h"
#include "daemon/edge/linux/start_failure.h"

namespace muster {

// The pipes of a launch that is about to be started, our ends and the child's, and the two ends of
// the socket through which muster-exec reports.
struct LaunchPipes {
  PipeEnds ours, childs;
  UniqueFd report, childs_report;
  Person owner;  // the user that the launch will run as
};

// Whether it has one as its stdin, stdout and stderr: an attached one-off if its client does.
bool has_terminal(const Launch& launch);

// Real pipes, because a program may open /dev/stdout again; an attached launch gets one for its
// stdin too, or a terminal for all three. The child has both ends of those that it prints into:
// when none of us is left it waits, instead of being ended by SIGPIPE. Refuses while fewer than
// `fd_reserve` descriptors are left for all else, and where the user of the launch does not exist.
StartResult<LaunchPipes> make_pipes(const Launch& launch);

// A pipe from which nothing comes, and no end: its reader waits. It holds both ends, so that it
// depends on no other process.
StartResult<UniqueFd> silent_pipe(const Person& owner);

// A pipe that never brings anything: its end can be read at once.
UniqueFd ended_pipe();

// Whether nothing is to be read from a pipe, now or ever: the window of its stream is released.
bool is_at_end(int pipe);

}  // namespace muster
