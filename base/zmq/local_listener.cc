// See local_listener.h.
#include "base/zmq/local_listener.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/unique_fd.h"
#include "base/whole_file.h"

namespace muster {
namespace {

constexpr int backlog = 100;              // as libzmq has it
constexpr unsigned temporary_names = 10;  // of which two are never in use at once

Result<UniqueFd> listen_at(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return fail("{}: the path is too long", path);
  std::memcpy(address.sun_path, path.data(), path.size());
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return fail_errno(errno, "socket");
  unlink(path.c_str());
  if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      listen(fd.get(), backlog) != 0)
    return fail_errno(errno, "{}", path);
  return fd;
}

std::pair<dev_t, ino_t> place_of(const std::string& path) {
  struct stat status {};
  if (lstat(path.c_str(), &status) != 0) return {};
  return {status.st_dev, status.st_ino};
}

}  // namespace

LocalListener::LocalListener(const std::string& endpoint)
    : path_(endpoint.substr(endpoint.find("://") + 3)) {}

Result<> LocalListener::bind_other(zmq::socket_t& socket) {
  names_.clear();
  return bind(socket);
}

Result<> LocalListener::bind(zmq::socket_t& socket) {
  // As long as libzmq knows the same name for two, it cannot give up one of them. None is longer
  // than the path, for which there is room.
  const size_t last = path_.rfind('/') + 1;
  const std::string name =
      fmt::format("{}{}", path_.substr(0, last + 1), times_++ % temporary_names);
  Result<UniqueFd> listener = listen_at(name);
  if (!listener) return tl::unexpected(listener.error());
  const auto bound = place_of(name);
  if (auto way = make_way(path_); !way) return tl::unexpected(way.error());
  if (rename(name.c_str(), path_.c_str()) != 0) return fail_errno(errno, "{}: rename", path_);
  try {
    socket.set(zmq::sockopt::use_fd, listener->get());
    socket.bind("ipc://" + name);
    (void)listener->release();
    socket.set(zmq::sockopt::use_fd, -1);
    names_.push_back(socket.get(zmq::sockopt::last_endpoint));
    bound_ = bound;
    if (names_.size() > most_names) {
      socket.unbind(names_.front());
      names_.pop_front();
    }
    return {};
  } catch (const zmq::error_t& problem) {
    return fail("{}: {}", path_, problem.what());
  }
}

bool LocalListener::is_in_place() const { return place_of(path_) == bound_; }

}  // namespace muster
