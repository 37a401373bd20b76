// See accept_look.h.
#include "daemon/edge/watch/accept_look.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>

#include "base/unique_fd.h"
#include "daemon/edge/linux/kernel_text.h"

namespace muster {
namespace {

constexpr size_t most_polled = 4096;

// The numbers that are the names in a directory of /proc.
std::optional<std::vector<int>> numbers_in(const std::string& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(path.c_str()), &closedir);
  if (!directory) return {};
  std::vector<int> numbers;
  while (const dirent* entry = readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    int number = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), number).ec == std::errc())
      numbers.push_back(number);
  }
  return numbers;
}

// The descriptors of a process that matter here.
struct Descriptors {
  std::vector<int> listening, epolls;
  bool has(int fd) const {
    return std::find(listening.begin(), listening.end(), fd) != listening.end();
  }
};

std::optional<Descriptors> descriptors_of(pid_t pid, uint64_t inode) {
  const std::string path = fmt::format("/proc/{}/fd", pid),
                    wanted = fmt::format("socket:[{}]", inode);
  const auto numbers = numbers_in(path);
  if (!numbers) return {};
  Descriptors found;
  for (const int fd : *numbers) {
    std::array<char, 64> target{};
    const ssize_t n =
        readlink(fmt::format("{}/{}", path, fd).c_str(), target.data(), target.size());
    if (n <= 0) continue;
    const std::string_view text(target.data(), static_cast<size_t>(n));
    if (text == wanted) found.listening.push_back(fd);
    if (text == "anon_inode:[eventpoll]") found.epolls.push_back(fd);
  }
  return found;
}

// Rows are "tfd: 3 events: 19 data: 3 pos:0 ino:1234 sdev:8", with the inode in hexadecimal.
bool is_in_epoll(pid_t pid, int epoll, uint64_t inode) {
  const auto text = read_kernel_text(fmt::format("/proc/{}/fdinfo/{}", pid, epoll));
  return !text || text->find(fmt::format(" ino:{:x} ", inode)) != text->npos;
}

template <class T>
bool read_memory(pid_t pid, uint64_t address, std::vector<T>& to) {
  const UniqueFd memory(open(fmt::format("/proc/{}/mem", pid).c_str(), O_RDONLY | O_CLOEXEC));
  const size_t bytes = to.size() * sizeof(T);
  return memory && pread(memory.get(), to.data(), bytes, static_cast<off_t>(address)) ==
                       static_cast<ssize_t>(bytes);
}

bool is_polled(pid_t pid, uint64_t set, uint64_t count, const Descriptors& fds) {
  if (count > most_polled) return true;
  std::vector<pollfd> polled(count);
  if (!read_memory(pid, set, polled)) return true;
  return std::any_of(polled.begin(), polled.end(), [&](auto& one) { return fds.has(one.fd); });
}

bool is_selected(pid_t pid, uint64_t set, uint64_t count, const Descriptors& fds) {
  if (set == 0) return false;
  constexpr size_t bits = 8;
  std::vector<unsigned char> bytes((std::min<uint64_t>(count, most_polled) + bits - 1) / bits);
  if (!read_memory(pid, set, bytes)) return true;
  return std::any_of(fds.listening.begin(), fds.listening.end(), [&](int fd) {
    const auto at = static_cast<size_t>(fd);
    return at < count && at / bits < bytes.size() && (bytes[at / bits] >> (at % bits) & 1) != 0;
  });
}

// "232 0x4 0x7ffd... ..." of a thread that waits in a system call, "running" of one that runs.
bool may_accept_in(pid_t pid, const std::string& call, const Descriptors& fds) {
  if (call.starts_with("running")) return false;
  char* at = nullptr;
  const long number = std::strtol(call.c_str(), &at, 10);
  std::array<uint64_t, 3> words{};
  for (auto& word : words) word = std::strtoull(at, &at, 16);
  switch (number) {
    case SYS_accept:
    case SYS_accept4:
      return fds.has(static_cast<int>(words[0]));
#ifdef SYS_poll
    case SYS_poll:
#endif
    case SYS_ppoll:
      return words[1] > 0 && is_polled(pid, words[0], words[1], fds);
#ifdef SYS_select
    case SYS_select:
#endif
    case SYS_pselect6:
      return is_selected(pid, words[1], words[0], fds);
    case SYS_io_uring_enter:
    case SYS_restart_syscall:
      return true;
    default:
      return false;
  }
}

bool may_accept(pid_t pid, uint64_t inode) {
  const auto fds = descriptors_of(pid, inode);
  if (!fds) return true;
  if (fds->listening.empty()) return false;
  if (std::any_of(fds->epolls.begin(), fds->epolls.end(),
                  [&](int epoll) { return is_in_epoll(pid, epoll, inode); }))
    return true;
  const std::string path = fmt::format("/proc/{}/task", pid);
  const auto threads = numbers_in(path);
  if (!threads) return true;
  return std::any_of(threads->begin(), threads->end(), [&](int thread) {
    const auto call = read_kernel_text(fmt::format("{}/{}/syscall", path, thread));
    return !call || call->empty() || may_accept_in(pid, *call, *fds);
  });
}

}  // namespace

// A process that has ended meanwhile accepts nothing.
bool may_accept(const std::vector<ProcessEntry>& members, uint64_t inode) {
  return std::any_of(members.begin(), members.end(), [&](auto& member) {
    if (!may_accept(member.pid, inode)) return false;
    const auto now = read_process(member.pid);
    return now && now->start == member.start && !now->dead;
  });
}

}  // namespace muster
