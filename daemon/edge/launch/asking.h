// The processes of a launch that were asked to end, and where that is kept. Keeps: no process is
// asked twice, also by the successor of a supervisor that is killed between any two of the signals.
#pragma once

#include <sys/types.h>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "daemon/edge/linux/proc_fs.h"
#include "proto/ids.h"

namespace muster {

struct Asking {
  int signal = 0;
  bool rest_waits = false;  // for those that were asked to end
  bool told = false;        // all of them have been signalled, and not only noted
  // By pid and when it was started: how often the process had given up its processor just before it
  // was asked; 0 where that is not known.
  std::map<std::pair<pid_t, uint64_t>, uint64_t> asked;
};

// Where it outlives this program.
class AskingKept {
 public:
  virtual ~AskingKept() = default;
  virtual void keep_asking(LaunchId launch, const Asking& asking) = 0;
  virtual void forget_asking(LaunchId launch) = 0;
  // As it was kept last; empty if it was not.
  virtual Asking kept_asking(LaunchId launch) const = 0;
};

std::string encode_asking(LaunchId launch, const Asking& asking);
Result<std::pair<LaunchId, Asking>> decode_asking(std::string_view bytes);

// They are about to get the signal. The answer has those of them that have not had it before.
std::vector<ProcessEntry> add_to(Asking& asking, const std::vector<ProcessEntry>& processes);
// Without those that have not had the signal after all: where one can have had it, it has.
Asking those_who_were_asked(Asking kept);

}  // namespace muster
