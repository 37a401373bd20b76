// Tells when something in a launch's process tree listens on its port: often looked for at first,
// more rarely later, and not at all while no process is waiting. Looks into the kernel's table of
// sockets; connecting would be an event for the program.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string_view>
#include <vector>

#include "base/uv/timer.h"
#include "daemon/core/event.h"
#include "daemon/edge/linux/proc_fs.h"

namespace muster {

// Inodes of the TCP sockets that listen, by port.
using Listeners = std::multimap<uint32_t, uint64_t>;
// Adds what /proc/net/tcp or tcp6 says.
void parse_listeners(std::string_view table, Listeners& listeners);

class PortWatch {
 public:
  // `members` are the live processes of a launch. `sink` gets Ready, once per watch, and before it
  // PortSeen now and then.
  PortWatch(Loop& loop, std::function<std::vector<ProcessEntry>(LaunchId)> members,
            std::function<void(Event)> sink);

  void watch(LaunchId launch, uint32_t port);
  void forget(LaunchId launch);  // harmless if it is not watched
  // It has exited: tells if another process has the port that it was to listen on.
  void tell_at_exit(LaunchId launch);

 private:
  struct Watched {
    uint32_t port;
    MonoTime since;
    MonoTime told_at;  // PortSeen, or the start
  };
  void look();
  void plan();
  bool listens(LaunchId launch, const std::set<uint64_t>& inodes) const;
  void tell(LaunchId launch, uint32_t port, const Listeners& listeners);

  std::function<std::vector<ProcessEntry>(LaunchId)> members_;
  std::function<void(Event)> sink_;
  std::map<LaunchId, Watched> watched_;
  Timer timer_;
};

}  // namespace muster
