// The connection that a message came by, known by its descriptor in this process. libzmq can
// neither end the connection of one peer nor say which peer has gone, but it tells the descriptor.
// Keeps: what is asked or done concerns that very connection, even if its number is another one's
// by now.
#pragma once

#include <sys/types.h>

#include "base/unique_fd.h"

namespace muster {

class Connection {
 public:
  Connection() = default;
  // As LoopSocket::sender_fd() tells it. May have ended already.
  explicit Connection(int fd);

  int fd() const { return fd_; }
  bool is_there() const;
  // Ends it. libzmq notices, frees what it holds for that peer, and the peer may connect anew.
  void end() const;

 private:
  int fd_ = -1;
  ino_t socket_ = 0;  // no two sockets of one boot have the same
};

}  // namespace muster
