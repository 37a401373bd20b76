// Keeps the core's notes in a file, so that the next supervisor goes on where this one stops,
// however it stops. A step is one checksummed append: kept whole or not at all. Survives the death
// of any process, and is void after a reboot, when nothing that it speaks of is alive. Knows
// nothing of what the notes mean.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "daemon/core/note.h"

namespace muster {

// From a fresh start to the end of everything, over any number of supervisors.
struct Run {
  std::string token;         // of no other run on this machine
  uint64_t first_start = 0;  // of its first supervisor, in the machine's units since boot: a child
                             // of the keeper that is older is none of ours
  std::string cgroup;        // the directory of that of its launches; empty: they have none
  std::string secret = {};   // by which their processes are marked; in no environment
};
Run new_run();

class Ledger {
 public:
  // 2: notes say how a process is to be ended, which a reader of version 1 would not know.
  // 3: processes that are complete or have failed.
  // 4: processes that wait for what they need.
  static constexpr uint32_t version = 4;

  // Reads what a supervisor of this very boot has left at `path`; what is damaged from some byte on
  // is as if it had not been kept. An error only for a ledger of a newer version. Without one this
  // is the beginning of `fresh`.
  static Result<Ledger> open(std::string path, std::string boot_id, Run fresh);

  // Nothing to go on with: this is a fresh start.
  bool empty() const { return !begun_; }
  const Memory& memory() const { return memory_; }
  const Run& run() const { return run_; }

  // To be kept before the step is carried out. After a failure the next call writes everything.
  Result<> keep(Note note);
  // All is over: the next start is a fresh one.
  void end();

  // It is written anew, shorter, when it has grown by as much.
  static constexpr size_t growth = 4 << 20;

 private:
  Ledger(std::string path, std::string boot_id, Run run)
      : path_(std::move(path)), boot_id_(std::move(boot_id)), run_(std::move(run)) {}
  Result<> read();
  Result<> write_anew();
  void append_record(const Note& note);
  std::string header() const;

  std::string path_, boot_id_;
  Run run_;
  UniqueFd file_;  // none: to be written anew
  Memory memory_;
  bool begun_ = false;
  size_t grown_ = 0;
  std::vector<char> buffer_;
};

}  // namespace muster
