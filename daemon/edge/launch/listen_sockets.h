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
#include "daemon/edge/launch/fd_store.h"
#include "daemon/edge/linux/start_failure.h"

namespace muster {

class ListenSockets {
 public:
  // Paths are from `directory` on. `store` has those that are there.
  ListenSockets(std::string directory, SocketStore& store);

  // Opens it if it is not open yet. The descriptor stays ours.
  StartResult<int> get(const ListenAddress& address);
  // There are to be these and no others. A socket that cannot be opened is said, and tried again by
  // the next launch that is to have it.
  void keep_only(const std::vector<ListenAddress>& addresses);
  // Looks, once a second, whether the clients that have connected are accepted.
  void look(MonoTime now);
  // The state of a socket now; an inode of 0 if it is not open.
  struct Seen {
    uint64_t inode = 0;
    uint32_t queue = 0;  // have connected and were not accepted
  };
  Seen seen(const ListenAddress& address) const;
  // Returns "nobody accepts on 127.0.0.1:8080, 12 wait" if that has been so for some seconds.
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
  SocketStore& store_;
  std::map<uint64_t, Open> open_;
};

// Returns "nobody accepts on 127.0.0.1:8080, 12 wait"; without the number if that is 0.
std::string text_of_queue(const ListenAddress& address, uint32_t waiting);

}  // namespace muster
