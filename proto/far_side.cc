// See far_side.h. A socket of libzmq greets each peer; so the first byte tells that there is
// one, whatever happens on the connection afterwards.
#include "proto/far_side.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cerrno>

#include "base/unique_fd.h"

namespace muster {

FarSign look_over(const std::string& socket_path, Nanos timeout) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_path.size() >= sizeof address.sun_path) return FarSign::link_lost;
  socket_path.copy(address.sun_path, socket_path.size());
  const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return FarSign::silent;
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    return errno == EAGAIN ? FarSign::silent : FarSign::link_lost;
  pollfd wanted{socket.get(), POLLIN, 0};
  const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(timeout).count();
  if (::poll(&wanted, 1, static_cast<int>(wait)) <= 0) return FarSign::silent;
  char byte = 0;
  return ::read(socket.get(), &byte, 1) == 1 ? FarSign::answers : FarSign::no_daemon;
}

}  // namespace muster
