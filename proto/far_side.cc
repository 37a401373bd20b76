// See far_side.h. A socket of libzmq greets each peer; so the first byte tells that there is
// one, whatever happens on the connection afterwards.
#include "proto/far_side.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cerrno>

#include "base/unique_fd.h"

namespace muster {
namespace {

FarSign greeting_of(int socket, Nanos timeout) {
  pollfd wanted{socket, POLLIN, 0};
  const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(timeout).count();
  if (::poll(&wanted, 1, static_cast<int>(wait)) <= 0) return FarSign::silent;
  char byte = 0;
  return ::read(socket, &byte, 1) == 1 ? FarSign::answers : FarSign::no_daemon;
}

}  // namespace

std::string CurveWay::address() const {
  const bool is_six = host.find(':') != std::string::npos;
  return "tcp://" + (is_six ? '[' + host + ']' : host) + ':' + port;
}

FarSign look_over(const CurveWay& way, Nanos timeout) {
  addrinfo wanted{}, *found = nullptr;
  wanted.ai_socktype = SOCK_STREAM;
  if (::getaddrinfo(way.host.c_str(), way.port.c_str(), &wanted, &found) != 0)
    return FarSign::link_lost;
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> all(found, ::freeaddrinfo);
  FarSign sign = FarSign::link_lost;
  for (const addrinfo* one = found; one && sign != FarSign::answers; one = one->ai_next) {
    const UniqueFd socket(
        ::socket(one->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, one->ai_protocol));
    if (!socket) continue;
    if (::connect(socket.get(), one->ai_addr, one->ai_addrlen) != 0 && errno != EINPROGRESS)
      continue;
    const FarSign seen = greeting_of(socket.get(), timeout);
    if (seen != FarSign::no_daemon) sign = seen;
  }
  return sign;
}

FarSign look_over(const std::string& socket_path, Nanos timeout) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_path.size() >= sizeof address.sun_path) return FarSign::link_lost;
  socket_path.copy(address.sun_path, socket_path.size());
  const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return FarSign::silent;
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    return errno == EAGAIN ? FarSign::silent : FarSign::link_lost;
  return greeting_of(socket.get(), timeout);
}

}  // namespace muster
