// What muster-exec says through the socket that it has as descriptor 3: that it has begun, and when
// it cannot become the command, which step failed and why. When it can, exec closes the socket and
// nothing more was said. What was said stays readable for whoever holds the other end, so a daemon
// that was killed meanwhile can still be told.
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
  terminal,
};

struct ExecReport {
  ExecStage stage;
  int number;  // of the error; of the process where it has begun
};

// Where muster-exec finds the socket.
inline constexpr int exec_report_fd = 3;

}  // namespace muster
