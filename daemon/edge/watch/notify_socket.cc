// See notify_socket.h.
#include "daemon/edge/watch/notify_socket.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/whole_file.h"

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

// Looks at the first one and leaves it there. Descriptors that came with it are closed again.
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

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), std::min(path.size(), sizeof address.sun_path - 1));
  return address;
}

// A copy of a socket's file leads to no listener.
bool somebody_listens_at(const std::string& path) {
  const UniqueFd probe(socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const sockaddr_un address = address_of(path);
  return connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

std::pair<uint64_t, uint64_t> inode_at(const std::string& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) return {};
  return {status.st_dev, status.st_ino};
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
  if (path.size() >= sizeof(sockaddr_un::sun_path)) return fail("{}: the path is too long", path);
  const sockaddr_un address = address_of(path);
  if (auto way = make_way(path); !way) return tl::unexpected(way.error());
  unlink(path.c_str());
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return fail_errno(errno, "{}", path);
  return socket;
}

NotifySocket::NotifySocket(Loop& loop, std::string path, UniqueFd socket,
                           std::function<std::optional<LaunchId>(pid_t)> owner,
                           std::function<void(Event)> sink)
    : loop_(loop),
      path_(std::move(path)),
      socket_(std::move(socket)),
      owner_(std::move(owner)),
      sink_(std::move(sink)) {
  if (somebody_listens_at(path_)) bound_ = inode_at(path_);
  watch();
}

void NotifySocket::watch() {
  poll_.emplace(loop_, socket_.get(), [this] { receive(); });
  poll_->watch(Poll::readable);
}

// Datagrams that were sent to the old one are heard first.
Result<bool> NotifySocket::look() {
  if (bound_ == inode_at(path_) && bound_ != std::pair<uint64_t, uint64_t>()) return false;
  receive();
  auto socket = bind(path_, {});
  if (!socket) return tl::unexpected(socket.error());
  poll_.reset();
  socket_ = std::move(*socket);
  bound_ = inode_at(path_);
  watch();
  return true;
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
