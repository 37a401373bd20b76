// See connection.h.
#include "base/zmq/connection.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <array>

namespace muster {
namespace {

// 0 where there is none.
ino_t socket_at(int fd) {
  struct stat status {};
  return fd >= 0 && fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode) ? status.st_ino : 0;
}

}  // namespace

Connection::Connection(int fd) : fd_(fd), socket_(socket_at(fd)) {}

bool Connection::is_there() const { return socket_ != 0 && socket_at(fd_) == socket_; }

// libzmq closes descriptors in a thread of its own: a duplicate is looked at and shut down, which
// no other thread can close in between. A message that had come before would still be read, so it
// is taken away.
void Connection::end() const {
  const UniqueFd held(fcntl(fd_, F_DUPFD_CLOEXEC, 0));
  if (socket_ == 0 || socket_at(held.get()) != socket_) return;
  shutdown(held.get(), SHUT_RDWR);
  std::array<char, 64 << 10> rest;
  while (recv(held.get(), rest.data(), rest.size(), MSG_DONTWAIT) > 0) {
  }
}

}  // namespace muster
