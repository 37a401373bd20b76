// A program as it is executed where a hostile process can look at the one that executes it: never
// the file of the machine, but a copy of its own for each launch, in memory and sealed. Keeps:
// through /proc/PID/exe of what was started from it no inode can be reached that anything else
// uses.
#pragma once

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "daemon/edge/linux/start_failure.h"

namespace muster {

class ProgramCopy {
 public:
  // Reads it, once: a file that is replaced later changes nothing.
  static Result<ProgramCopy> read(std::string path);

  const std::string& path() const { return path_; }
  // To be executed through `path_of_descriptor`, once. Where the kernel executes no memory
  // (vm.memfd_noexec = 2) it is the file behind a mount of its own, which is read-only; only who
  // may mount can make that.
  StartResult<UniqueFd> make() const;

 private:
  ProgramCopy(std::string path, std::string bytes)
      : path_(std::move(path)), bytes_(std::move(bytes)) {}

  std::string path_, bytes_;
};

// A path that leads the holder of the descriptor to what it is open for.
std::string path_of_descriptor(int fd);

}  // namespace muster
