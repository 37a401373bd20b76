// See service.h.
#include "daemon/keeper/service.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace muster::keeper {

Service::Service() {
  const char* microseconds = getenv("WATCHDOG_USEC");
  const char* pid = getenv("WATCHDOG_PID");
  if (!microseconds || (pid && std::strtoll(pid, nullptr, 10) != getpid())) return;
  period_ = Time(std::strtoll(microseconds, nullptr, 10) / 1000 / 2);
  if (period_ > Time(0)) next_sign_ = Time(0);
}

void Service::tell(const char* text) const {
  const char* path = getenv("NOTIFY_SOCKET");
  sockaddr_un address{AF_UNIX, {}};
  const size_t length = path ? std::strlen(path) : 0;
  if (length == 0 || length >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, path, length);
  if (path[0] == '@') address.sun_path[0] = 0;
  const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  const size_t size = offsetof(sockaddr_un, sun_path) + length;
  sendto(fd, text, std::strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT,
         reinterpret_cast<sockaddr*>(&address), static_cast<socklen_t>(size));
  close(fd);
}

void Service::give_sign(Time now) {
  if (now < next_sign_) return;
  tell("WATCHDOG=1");
  next_sign_ = now + period_;
}

}  // namespace muster::keeper
