// The sockets that all processes of a type share: each opened once, and held by the keeper too, so
// that a client that connects while no process or no supervisor is there waits instead of being
// refused. Muster itself never accepts. Keeps: a socket that an earlier supervisor has opened is
// used on.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/unique_fd.h"
#include "daemon/config/settings.h"
#include "daemon/edge/keeping.h"
#include "daemon/edge/start_failure.h"

namespace muster {

class ListenSockets {
 public:
  // Paths are from `directory` on. `keeping` has those that are there.
  ListenSockets(std::string directory, SocketKeeping& keeping);

  // Opens it if it is not open yet. The descriptor stays ours.
  StartResult<int> get(const ListenAddress& address);
  // There are to be these and no others. A socket that cannot be opened is said, and tried again by
  // the next launch that is to have it.
  void keep_only(const std::vector<ListenAddress>& addresses);
  // Looks, once a second, whether the clients that have connected are accepted.
  void look(MonoTime now);
  // "nobody accepts on 127.0.0.1:8080, 12 wait", where that has been so for some seconds. It is
  // told of sockets of TCP alone: the kernel says it of no others so easily.
  std::string who_waits(const ListenAddress& address, MonoTime now) const;
  // There is a new keeper.
  void deposit_all();
  // No process will listen any more.
  void end() { keep_only({}); }

 private:
  struct Open {
    std::string path;  // of a socket of this machine
    UniqueFd fd;
    uint32_t waiting = 0;   // have connected and were not accepted, when it was looked at last
    MonoTime unmoved = {};  // since then they have become no fewer
  };
  std::string path_of(const ListenAddress& address) const;

  std::string directory_;
  SocketKeeping& keeping_;
  std::map<uint64_t, Open> open_;
};

}  // namespace muster
