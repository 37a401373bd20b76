// The messages of muster-exec through the socket that it has as descriptor 3: that it has begun,
// and when it cannot become the command, which step failed and why. When it can, exec closes the
// socket and nothing more was said. Messages stay readable for the process that holds the other
// end, so a daemon that was killed meanwhile can still be told.
#pragma once

namespace muster {

enum class ExecStage : int {
  begun,      // no failure: muster-exec runs
  arguments,  // muster-exec itself was called wrongly
  limits,     // the descriptor limit
  directory,  // chdir
  program,    // exec
  niceness,
  core_limit,
  oom_score,
  cgroup,  // entering those that limit it
  identity,
  terminal,
  own_processes,  // of isolation
  own_files,
  inside,      // another launch that is isolated
  privileges,  // which were to be given up
};

struct ExecReport {
  ExecStage stage;
  int number;  // of the error; of the process where it has begun
};

// Where muster-exec finds the socket.
inline constexpr int exec_report_fd = 3;
// Where it finds the socket that is to be the program's descriptor 3, if it was told to look.
inline constexpr int exec_listen_fd = 4;

}  // namespace muster
