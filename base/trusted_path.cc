// See trusted_path.h. Each step of a walk is looked at through a descriptor, so that what was
// looked at is what is gone on from.
#include "base/trusted_path.h"

#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/openat2.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <array>
#include <cerrno>

namespace muster {
namespace {

constexpr int most_links = 40;  // as many as the kernel follows

struct Entry {
  UniqueFd fd;
  struct stat status {};
};

Result<Entry> look_at(int parent, const std::string& name, const std::string& path) {
  Entry entry;
  entry.fd.reset(openat(parent, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!entry.fd && errno == ENOENT) return entry;
  if (!entry.fd) return fail_errno(errno, "cannot open {}", path);
  if (fstat(entry.fd.get(), &entry.status) != 0) return fail_errno(errno, "cannot stat {}", path);
  return entry;
}

// Made as often as it is asked for, by however many at a time.
Result<Entry> look_at_or_make(int parent, const std::string& name, const std::string& path,
                              mode_t mode) {
  if (mkdirat(parent, name.c_str(), mode) != 0 && errno != EEXIST)
    return fail_errno(errno, "cannot create {}", path);
  return look_at(parent, name, path);
}

// Many systems give each user a group of that name which has no other member, and let that group
// write wherever the user may.
bool is_alone_in(gid_t group, uid_t user) {
  if (group == 0) return true;
  const passwd* account = getpwuid(user);
  const std::string name = account ? account->pw_name : "";
  const struct group* entry = getgrgid(group);
  if (name.empty() || !entry || name != entry->gr_name) return false;
  for (char** member = entry->gr_mem; *member; ++member)
    if (name != *member) return false;
  return true;
}

Result<> expect_closed(const struct stat& status, const std::string& path, uid_t user) {
  if ((status.st_mode & S_IWOTH) != 0) return fail("{} is writable by everybody; chmod it", path);
  if ((status.st_mode & S_IWGRP) != 0 && !is_alone_in(status.st_gid, user))
    return fail("{} is writable by group {}; chmod it", path, status.st_gid);
  return {};
}

Result<UniqueFd> readable(const Entry& entry, const std::string& path) {
  UniqueFd directory(openat(entry.fd.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return fail_errno(errno, "cannot open {}", path);
  return directory;
}

// Where a link is met what it says takes its place in `rest`.
class Walk {
 public:
  Walk(uid_t user, Missing missing) : user_(user), missing_(missing) {}

  Result<UniqueFd> to(const std::string& path) {
    if (auto begun = begin(); !begun) return tl::unexpected(begun.error());
    rest_ = path;
    while (at_.fd && !rest_.empty())
      if (auto gone_on = go_on(); !gone_on) return tl::unexpected(gone_on.error());
    if (!at_.fd) return UniqueFd();
    return readable(at_, path);
  }

 private:
  Result<> begin() {
    auto top = look_at(AT_FDCWD, "/", "/");
    if (!top) return tl::unexpected(top.error());
    // Where user namespaces hide who that is, it is whoever root is outside.
    owner_of_top_ = top->status.st_uid;
    at_ = std::move(*top);
    walked_.clear();
    return expect_trusted();
  }

  Result<> go_on() {
    const size_t end = std::min(rest_.find('/'), rest_.size());
    const std::string name = rest_.substr(0, end);
    rest_.erase(0, std::min(end + 1, rest_.size()));
    if (name.empty() || name == ".") return {};
    const std::string path = walked_ + '/' + name;
    auto next = look_at(at_.fd.get(), name, path);
    constexpr mode_t for_all = 0755;
    if (next && !next->fd && missing_ == Missing::make)
      next = look_at_or_make(at_.fd.get(), name, path, for_all);
    if (!next) return tl::unexpected(next.error());
    if (next->fd && S_ISLNK(next->status.st_mode)) return follow(*next, path);
    at_ = std::move(*next);
    walked_ = path;
    return at_.fd ? expect_trusted() : Result<>();
  }

  Result<> follow(const Entry& link, const std::string& path) {
    if (!is_trusted(link.status.st_uid))
      return fail("{} is a link that user {} has made", path, link.status.st_uid);
    if (++links_ > most_links) return fail_errno(ELOOP, "cannot open {}", path);
    std::array<char, PATH_MAX> target;
    const ssize_t length = readlinkat(link.fd.get(), "", target.data(), target.size());
    if (length <= 0) return fail_errno(errno, "cannot read the link {}", path);
    const std::string text(target.data(), static_cast<size_t>(length));
    rest_ = text + '/' + rest_;
    return text.front() == '/' ? begin() : Result<>();
  }

  Result<> expect_trusted() const {
    const std::string path = walked_.empty() ? "/" : walked_;
    if (!S_ISDIR(at_.status.st_mode)) return fail("{} is not a directory", path);
    if (!is_trusted(at_.status.st_uid))
      return fail("{} belongs to user {}, who could put another in its place", path,
                  at_.status.st_uid);
    const bool all_have_their_own = (at_.status.st_mode & S_ISVTX) != 0;
    return all_have_their_own ? Result<>() : expect_closed(at_.status, path, user_);
  }

  bool is_trusted(uid_t owner) const {
    return owner == 0 || owner == user_ || owner == owner_of_top_;
  }

  const uid_t user_;
  const Missing missing_;
  uid_t owner_of_top_ = 0;
  int links_ = 0;
  Entry at_;
  std::string walked_, rest_;
};

Result<UniqueFd> expect_regular(UniqueFd file, const std::string& path) {
  struct stat status {};
  if (fstat(file.get(), &status) != 0) return fail_errno(errno, "cannot stat {}", path);
  if (!S_ISREG(status.st_mode)) return fail("{} is not a regular file", path);
  return file;
}

constexpr int harmless = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

}  // namespace

Result<UniqueFd> walk_to_directory(const std::string& path, uid_t user, Missing missing) {
  return Walk(user, missing).to(path);
}

Result<UniqueFd> own_directory(int parent, const std::string& name, const std::string& path,
                               uid_t user, Missing missing) {
  constexpr mode_t for_owner = 0700;
  auto entry = missing == Missing::make ? look_at_or_make(parent, name, path, for_owner)
                                        : look_at(parent, name, path);
  if (!entry) return tl::unexpected(entry.error());
  if (!entry->fd) return UniqueFd();
  if (!S_ISDIR(entry->status.st_mode))
    return fail("{} is not a directory of its own (a link or a file); remove it", path);
  if (entry->status.st_uid != user)
    return fail("{} belongs to user {}, not to user {}", path, entry->status.st_uid, user);
  if (auto closed = expect_closed(entry->status, path, user); !closed)
    return tl::unexpected(closed.error());
  return readable(*entry, path);
}

// A FIFO that is opened for writing, and a device that is not there, fail by themselves.
Result<UniqueFd> open_regular(const std::string& path, int flags) {
  int fd = -1;
  do fd = open(path.c_str(), flags | harmless, 0600);
  while (fd < 0 && errno == EINTR);
  UniqueFd file(fd);
  if (!file && errno == ENOENT && (flags & O_CREAT) == 0) return file;
  if (!file && (errno == ELOOP || errno == ENXIO || errno == EISDIR))
    return fail("{} is not a regular file", path);
  if (!file) return fail_errno(errno, "open {}", path);
  return expect_regular(std::move(file), path);
}

Result<UniqueFd> open_beneath(const std::string& directory, const std::string& name) {
  const std::string path = directory + '/' + name;
  const UniqueFd top(open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!top) return fail_errno(errno, "open {}", directory);
  open_how how{};
  how.flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  auto fd = static_cast<int>(syscall(SYS_openat2, top.get(), name.c_str(), &how, sizeof how));
  // Where the kernel does not know that call, or forbids it, no link is followed at all.
  if (fd < 0 && (errno == ENOSYS || errno == EPERM))
    fd = openat(top.get(), name.c_str(), O_RDONLY | harmless);
  UniqueFd file(fd);
  if (!file && errno == ENOENT) return file;
  if (!file && (errno == EXDEV || errno == ELOOP))
    return fail("{} is a link that leads out of its directory", path);
  if (!file) return fail_errno(errno, "open {}", path);
  return expect_regular(std::move(file), path);
}

Result<> check_listener(const std::string& path, uid_t user) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return fail("{} is too long for a socket", path);
  path.copy(address.sun_path, path.size());
  const UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return fail_errno(errno, "socket");
  if (connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return {};
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0)
    return fail_errno(errno, "{}: who listens", path);
  if (peer.uid != 0 && peer.uid != user)
    return fail("a program of user {} listens at {}, not one of user {}", peer.uid, path, user);
  return {};
}

}  // namespace muster
