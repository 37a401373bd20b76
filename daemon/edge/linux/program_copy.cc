// See program_copy.h.
#include "daemon/edge/linux/program_copy.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <cerrno>

#include "base/write_all.h"

namespace muster {
namespace {

constexpr size_t largest_program = 64 << 20;  // a sanitized one has some megabytes
// Above those that a child gets as its standard ones, so that none of these takes its place.
constexpr int lowest_of_copies = 10;
// Not in the headers of every C library that we build with.
constexpr unsigned executable = 0x10U;  // MFD_EXEC, Linux 6.3
constexpr int mode_is_sealed = 0x20;    // F_SEAL_EXEC, Linux 6.3

UniqueFd make_memory() {
  constexpr const char* name = "muster-exec";
  constexpr unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  UniqueFd memory(memfd_create(name, flags | executable));
  if (!memory && errno == EINVAL) memory.reset(memfd_create(name, flags));
  return memory;
}

// After it neither content nor size changes, nor whether it may be executed.
bool seal(int memory) {
  constexpr int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  return fchmod(memory, 0555) == 0 && (fcntl(memory, F_ADD_SEALS, seals | mode_is_sealed) == 0 ||
                                       fcntl(memory, F_ADD_SEALS, seals) == 0);
}

// The file itself, in a mount that no directory shows and that is read-only.
UniqueFd bind_apart(const std::string& path) {
  UniqueFd tree(static_cast<int>(
      syscall(SYS_open_tree, AT_FDCWD, path.c_str(), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC)));
  mount_attr attributes{};
  attributes.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID;
  if (tree && syscall(SYS_mount_setattr, tree.get(), "", AT_EMPTY_PATH, &attributes,
                      sizeof attributes) != 0)
    tree.reset();
  return tree;
}

UniqueFd lifted(UniqueFd fd) {
  return UniqueFd(fcntl(fd.get(), F_DUPFD_CLOEXEC, lowest_of_copies));
}

}  // namespace

Result<ProgramCopy> ProgramCopy::read(std::string path) {
  const UniqueFd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return fail_errno(errno, "{}", path);
  struct stat status;
  if (fstat(file.get(), &status) != 0) return fail_errno(errno, "{}", path);
  const auto size = static_cast<size_t>(status.st_size);
  if (!S_ISREG(status.st_mode) || size > largest_program) return fail("{}: not a program", path);
  std::string bytes(size, 0);
  for (size_t have = 0; have < size;) {
    const ssize_t n = ::read(file.get(), bytes.data() + have, size - have);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail_errno(errno, "{}", path);
    if (n == 0) return fail("{}: it became shorter while it was read", path);
    have += static_cast<size_t>(n);
  }
  return ProgramCopy(std::move(path), std::move(bytes));
}

StartResult<UniqueFd> ProgramCopy::make() const {
  auto failure = [&] {
    return tl::unexpected(StartFailure{"make a copy of " + path_ + " in memory", errno});
  };
  UniqueFd memory = make_memory();
  if (!memory) {
    const int error = errno;
    if (UniqueFd apart = error == EACCES ? bind_apart(path_) : UniqueFd())
      return lifted(std::move(apart));
    errno = error;
    return failure();
  }
  if (!write_all(memory.get(), bytes_) || !seal(memory.get())) return failure();
  // Opened anew, because what is open for writing cannot be executed.
  UniqueFd readable(open(path_of_descriptor(memory.get()).c_str(), O_RDONLY | O_CLOEXEC));
  if (!readable) return failure();
  return lifted(std::move(readable));
}

std::string path_of_descriptor(int fd) { return "/proc/self/fd/" + std::to_string(fd); }

}  // namespace muster
