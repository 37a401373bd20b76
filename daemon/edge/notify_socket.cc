// See notify_socket.h.
#include "daemon/edge/notify_socket.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <array>
#include <cerrno>
#include <cstring>

namespace muster {
namespace {

constexpr size_t longest_datagram = 4096;  // systemd's own limit
constexpr size_t longest_status = 200;     // for a line of a table
constexpr int at_a_time = 32;              // then others get their turn
constexpr size_t most_descriptors = 8;     // that a datagram may carry; more are cut off

struct Datagram {
  std::string text;
  pid_t sender = 0;
};

// Looks at the first one and leaves it there. What came with it is closed again.
std::optional<Datagram> peek(int socket) {
  std::array<char, longest_datagram> bytes;
  alignas(cmsghdr)
      std::array<char, CMSG_SPACE(sizeof(ucred)) + CMSG_SPACE(most_descriptors * sizeof(int))>
          control;
  iovec part{bytes.data(), bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t n = recvmsg(socket, &message, MSG_PEEK | MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (n < 0) return std::nullopt;
  Datagram datagram;
  datagram.text.assign(bytes.data(), static_cast<size_t>(n));
  for (cmsghdr* part_of = CMSG_FIRSTHDR(&message); part_of;
       part_of = CMSG_NXTHDR(&message, part_of)) {
    if (part_of->cmsg_level != SOL_SOCKET) continue;
    if (part_of->cmsg_type == SCM_CREDENTIALS) {
      ucred sender{};
      std::memcpy(&sender, CMSG_DATA(part_of), sizeof sender);
      datagram.sender = sender.pid;
    } else if (part_of->cmsg_type == SCM_RIGHTS) {
      const size_t count = (part_of->cmsg_len - CMSG_LEN(0)) / sizeof(int);
      for (size_t i = 0; i < count; i++) {
        int fd = -1;
        std::memcpy(&fd, CMSG_DATA(part_of) + i * sizeof fd, sizeof fd);
        close(fd);
      }
    }
  }
  return datagram;
}

}  // namespace

std::optional<Notified> parse_notification(std::string_view text) {
  Notified notified{};
  bool anything = false;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (line == "READY=1") {
      notified.ready = anything = true;
    } else if (line == "WATCHDOG=1") {
      notified.alive = anything = true;
    } else if (line.starts_with("STATUS=")) {
      line.remove_prefix(std::strlen("STATUS="));
      notified.status = std::string(line.substr(0, longest_status));
      anything = true;
    }
  }
  return anything ? std::optional(std::move(notified)) : std::nullopt;
}

Result<UniqueFd> NotifySocket::bind(const std::string& path, UniqueFd kept) {
  if (kept) return kept;
  UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return fail_errno(errno, "socket");
  const int yes = 1;
  setsockopt(socket.get(), SOL_SOCKET, SO_PASSCRED, &yes, sizeof yes);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return fail("{}: the path is too long", path);
  std::memcpy(address.sun_path, path.data(), path.size());
  unlink(path.c_str());
  if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    return fail_errno(errno, "{}", path);
  return socket;
}

NotifySocket::NotifySocket(Loop& loop, UniqueFd socket,
                           std::function<std::optional<LaunchId>(pid_t)> owner,
                           std::function<void(Event)> sink)
    : socket_(std::move(socket)),
      owner_(std::move(owner)),
      sink_(std::move(sink)),
      poll_(loop, socket_.get(), [this] { receive(); }) {
  poll_.watch(Poll::readable);
}

void NotifySocket::receive() {
  for (int i = 0; i < at_a_time; i++) {
    auto datagram = peek(socket_.get());
    if (!datagram) return;
    auto notified = parse_notification(datagram->text);
    const auto launch = notified ? owner_(datagram->sender) : std::nullopt;
    if (launch) {
      notified->launch = *launch;
      sink_(std::move(*notified));
    }
    char taken;
    (void)recv(socket_.get(), &taken, 1, MSG_DONTWAIT);
  }
}

}  // namespace muster
