// Tells when somebody accepts at the socket that a launch shares with its type: often looked for at
// first, more rarely later, and not at all while no process is waiting. It is seen by a process
// that is about to accept, or by a queue that grows shorter; connecting would be an event for the
// program. Keeps: a socket of which nothing is known counts as accepting.
#pragma once

#include <functional>
#include <map>

#include "base/uv/timer.h"
#include "daemon/core/event.h"
#include "daemon/edge/launch/listen_sockets.h"
#include "daemon/edge/linux/proc_fs.h"

namespace muster {

class AcceptWatch {
 public:
  // `members` are the live processes of a launch. `sink` gets Ready, once per watch, and before it
  // PortSeen now and then.
  AcceptWatch(Loop& loop, ListenSockets& sockets,
              std::function<std::vector<ProcessEntry>(LaunchId)> members,
              std::function<void(Event)> sink);

  void watch(LaunchId launch, const ListenAddress& address);
  void forget(LaunchId launch);  // harmless if it is not watched

 private:
  struct Watched {
    ListenAddress address;
    MonoTime since;
    uint32_t queue;  // at the last look
  };
  void look();
  void plan();

  bool is_accepting(LaunchId launch, Watched& watched);

  ListenSockets& sockets_;
  std::function<std::vector<ProcessEntry>(LaunchId)> members_;
  std::function<void(Event)> sink_;
  std::map<LaunchId, Watched> watched_;
  Timer timer_;
};

}  // namespace muster
