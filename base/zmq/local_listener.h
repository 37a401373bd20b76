// Where a socket listens on this machine: a path that may be taken away, hidden or replaced while
// clients are connected. It is bound under a name of its own and then put in its place, so that
// whatever is there is replaced at once; libzmq is handed the listening descriptor, and removes
// nothing. Keeps: who is connected stays so when the path is bound anew.
#pragma once

#include <sys/types.h>
#include <deque>
#include <string>
#include <utility>
#include <zmq.hpp>

#include "base/result.h"

namespace muster {

class LocalListener {
 public:
  // "ipc://PATH".
  explicit LocalListener(const std::string& endpoint);

  // Again too, for the same socket: the one before goes on serving those who came by it.
  Result<> bind(zmq::socket_t& socket);
  // For another socket, of which nothing is known here.
  Result<> bind_other(zmq::socket_t& socket);
  // Whether the path still leads to what was bound last.
  bool is_in_place() const;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  std::pair<dev_t, ino_t> bound_{};
  unsigned times_ = 0;
  std::deque<std::string> names_;  // as libzmq knows them, the oldest first
  // Each is a descriptor; beyond that the oldest is given up, with its connections.
  static constexpr size_t most_names = 8;
};

}  // namespace muster
