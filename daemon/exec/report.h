// What muster-exec writes into its report pipe when it cannot become the command: which step failed
// and why. When it can, exec closes the pipe and nothing was written.
#pragma once

namespace muster {

enum class ExecStage : int {
  arguments,  // muster-exec itself was called wrongly
  limits,     // giving the descriptor limit back
  directory,  // chdir
  program,    // exec
};

struct ExecReport {
  ExecStage stage;
  int error_number;
};

// Where muster-exec finds the pipe.
inline constexpr int exec_report_fd = 3;

}  // namespace muster
