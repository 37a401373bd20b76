// See listen_sockets.h.
#include "daemon/edge/launch/listen_sockets.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <set>

#include "base/digest.h"
#include "daemon/config/listen_address.h"
#include "daemon/edge/linux/accept_queue.h"

namespace muster {
namespace {

// A launch gets it as a descriptor of its own choice, to which it must not have come by chance.
constexpr int lowest_descriptor = 16;
// Those of the keeper's listeners that are below are for others.
constexpr uint64_t first_key = 1024;

uint64_t key_of(const ListenAddress& address) {
  return std::max(digest_of(text_of(address)), first_key);
}

struct Address {
  sockaddr_storage bytes{};
  socklen_t size = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&bytes); }
};

Address tcp_address(const ListenAddress& from) {
  Address address;
  auto& four = reinterpret_cast<sockaddr_in&>(address.bytes);
  auto& six = reinterpret_cast<sockaddr_in6&>(address.bytes);
  if (inet_pton(AF_INET, from.host.c_str(), &four.sin_addr) == 1) {
    four.sin_family = AF_INET;
    four.sin_port = htons(from.port);
    address.size = sizeof four;
  } else if (inet_pton(AF_INET6, from.host.c_str(), &six.sin6_addr) == 1) {
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(from.port);
    address.size = sizeof six;
  }
  return address;
}

Address local_address(const std::string& path) {
  Address address;
  auto& local = reinterpret_cast<sockaddr_un&>(address.bytes);
  if (path.size() >= sizeof local.sun_path) return address;
  local.sun_family = AF_UNIX;
  std::memcpy(local.sun_path, path.data(), path.size());
  address.size = sizeof local;
  return address;
}

// Removes what a killed daemon has left: a socket at which no process listens.
bool remove_abandoned(const std::string& path, const Address& address) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return false;
  const UniqueFd probe(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!probe || connect(probe.get(), address.get(), address.size) == 0 || errno != ECONNREFUSED)
    return false;
  return unlink(path.c_str()) == 0;
}

// The error number is left in errno.
UniqueFd open_listener(const Address& address, const std::string& path) {
  UniqueFd fd(socket(address.bytes.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int yes = 1;
  if (!fd) return {};
  if (path.empty()) setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  bool bound = bind(fd.get(), address.get(), address.size) == 0;
  if (!bound && errno == EADDRINUSE && !path.empty()) {
    bound = remove_abandoned(path, address) && bind(fd.get(), address.get(), address.size) == 0;
    if (!bound) errno = EADDRINUSE;
  }
  if (!bound || listen(fd.get(), SOMAXCONN) != 0) return {};
  // A user who may enter its directory may connect; the umask is the daemon's business alone.
  if (!path.empty()) chmod(path.c_str(), 0666);
  return UniqueFd(fcntl(fd.get(), F_DUPFD_CLOEXEC, lowest_descriptor));
}

}  // namespace

ListenSockets::ListenSockets(std::string directory, SocketStore& store)
    : directory_(std::move(directory)), store_(store) {}

std::string ListenSockets::path_of(const ListenAddress& address) const {
  if (address.path.empty() || address.path.front() == '/') return address.path;
  return directory_ + '/' + address.path;
}

StartResult<int> ListenSockets::get(const ListenAddress& address) {
  const uint64_t key = key_of(address);
  if (auto found = open_.find(key); found != open_.end()) return found->second.fd.get();
  const std::string path = path_of(address);
  auto failure = [&](int error) {
    return tl::unexpected(StartFailure{"listen on " + text_of(address), error});
  };
  UniqueFd fd;
  if (UniqueFd kept = store_.take_listener(key)) {
    fd.reset(fcntl(kept.get(), F_DUPFD_CLOEXEC, lowest_descriptor));
  } else {
    const Address where = path.empty() ? tcp_address(address) : local_address(path);
    if (where.size == 0) return failure(path.empty() ? EADDRNOTAVAIL : ENAMETOOLONG);
    fd = open_listener(where, path);
    if (fd) store_.keep_listener(key, fd.get());
  }
  if (!fd) return failure(errno);
  const int number = fd.get();
  open_.emplace(key, Open{path, std::move(fd)});
  return number;
}

void ListenSockets::keep_only(const std::vector<ListenAddress>& addresses) {
  std::set<uint64_t> wanted;
  for (auto& address : addresses) {
    wanted.insert(key_of(address));
    if (auto fd = get(address); !fd)
      spdlog::error("{}: {}", fd.error().stage, std::strerror(fd.error().error_number));
  }
  std::erase_if(open_, [&](auto& entry) {
    if (wanted.contains(entry.first)) return false;
    store_.forget_listener(entry.first);
    if (!entry.second.path.empty()) unlink(entry.second.path.c_str());
    return true;
  });
}

void ListenSockets::look(MonoTime now) {
  for (auto& [key, open] : open_) {
    const uint32_t waiting = queue_at(open.fd.get());
    if (open.waiting == 0 || waiting < open.waiting) open.unmoved = now;
    open.waiting = waiting;
  }
}

std::string ListenSockets::who_waits(const ListenAddress& address, MonoTime now) const {
  constexpr Nanos long_enough = 2s;  // for a server that is busy to accept one
  const auto found = open_.find(key_of(address));
  if (found == open_.end() || found->second.waiting == 0) return {};
  if (now - found->second.unmoved < long_enough) return {};
  return text_of_queue(address, found->second.waiting);
}

ListenSockets::Seen ListenSockets::seen(const ListenAddress& address) const {
  struct stat status {};
  const auto found = open_.find(key_of(address));
  if (found == open_.end() || fstat(found->second.fd.get(), &status) != 0) return {};
  return {status.st_ino, queue_at(found->second.fd.get())};
}

std::string text_of_queue(const ListenAddress& address, uint32_t waiting) {
  if (waiting == 0) return fmt::format("nobody accepts on {} yet", text_of(address));
  return fmt::format("nobody accepts on {}, {} {}", text_of(address), waiting,
                     waiting == 1 ? "waits" : "wait");
}

void ListenSockets::deposit_all() {
  for (auto& [key, open] : open_) store_.keep_listener(key, open.fd.get());
}

}  // namespace muster
