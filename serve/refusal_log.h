// Says in the daemon's log that something of a client was refused: the first time at once, then
// once a second, with how many there were. So a client that sends nothing else fills no disk.
#pragma once

#include <string>

#include "base/uv/timer.h"

namespace muster {

class RefusalLog {
 public:
  // `what` begins each line: "control: a message was refused".
  RefusalLog(Loop& loop, std::string what);

  void add(const std::string& why);

 private:
  void tell();

  std::string what_, last_;
  size_t untold_ = 0;
  Timer pause_;
};

}  // namespace muster
