// See process_table.h.
#include "daemon/edge/linux/proc_fs.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <algorithm>
#include <charconv>
#include <memory>

#include "base/unique_fd.h"
#include "daemon/edge/linux/kernel_text.h"

namespace muster {
namespace {

using Directory = std::unique_ptr<DIR, int (*)(DIR*)>;

Directory open_directory(const char* path) { return Directory(opendir(path), closedir); }

template <class Number>
bool parse_number(std::string_view text, Number& number) {
  auto end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stop == end && !text.empty();
}

}  // namespace

std::optional<ProcessEntry> parse_stat(std::string_view text) {
  // The name may hold blanks and parentheses; what follows its last one does not.
  size_t name_end = text.rfind(')');
  if (name_end == std::string_view::npos) return {};
  ProcessEntry entry;
  if (!parse_number(text.substr(0, text.find(' ')), entry.pid)) return {};
  auto rest = text.substr(name_end + 1);
  for (int field = 3; field <= 24; ++field) {
    size_t begin = rest.find_first_not_of(' ');
    if (begin == std::string_view::npos) return {};
    rest.remove_prefix(begin);
    auto word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(word.size());
    bool good = true;
    if (field == 3) entry.dead = word == "Z" || word == "X";
    if (field == 3) entry.stopped = word == "T" || word == "t";
    if (field == 4) good = parse_number(word, entry.parent);
    if (field == 5) good = parse_number(word, entry.group);
    if (field == 6) good = parse_number(word, entry.session);
    if (uint64_t ticks = 0; field >= 14 && field <= 17 && parse_number(word, ticks))
      entry.cpu += ticks;
    if (field == 22) good = parse_number(word, entry.start);
    if (field == 24) good = parse_number(word, entry.pages);
    if (!good) return {};
  }
  return entry;
}

std::optional<ProcessEntry> read_process(pid_t pid) {
  char path[32], text[512];
  *fmt::format_to_n(path, sizeof path - 1, "/proc/{}/stat", pid).out = 0;
  UniqueFd fd(open(path, O_RDONLY | O_CLOEXEC));
  if (!fd) return {};
  // The kernel gives all of it at once.
  const ssize_t n = read(fd.get(), text, sizeof text);
  return parse_stat({text, n > 0 ? static_cast<size_t>(n) : 0});
}

std::vector<ProcessEntry> read_processes(const std::function<bool(pid_t)>& skip) {
  std::vector<ProcessEntry> entries;
  auto proc = open_directory("/proc");
  if (!proc) return entries;
  while (auto* name = readdir(proc.get())) {
    pid_t pid;
    if (!parse_number(std::string_view(name->d_name), pid) || (skip && skip(pid))) continue;
    if (auto entry = read_process(pid)) entries.push_back(*entry);
  }
  return entries;
}

std::optional<std::vector<pid_t>> read_children(pid_t pid) {
  constexpr size_t limit = 64 << 20;  // more than there can be
  const auto text = read_kernel_text(fmt::format("/proc/{0}/task/{0}/children", pid), limit);
  if (!text) return {};
  std::vector<pid_t> children;
  for (std::string_view rest = *text; !rest.empty();) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    if (pid_t child; parse_number(word, child)) children.push_back(child);
  }
  return children;
}

std::string read_environment(pid_t pid) {
  constexpr size_t limit = 1 << 20;
  return read_kernel_text(fmt::format("/proc/{}/environ", pid), limit).value_or("");
}

std::optional<std::string_view> value_in(std::string_view environment, std::string_view name) {
  while (!environment.empty()) {
    auto entry = environment.substr(0, environment.find('\0'));
    environment.remove_prefix(std::min(environment.size(), entry.size() + 1));
    if (entry.substr(0, name.size()) == name && entry.size() > name.size() &&
        entry[name.size()] == '=')
      return entry.substr(name.size() + 1);
  }
  return {};
}

namespace {

// Calls `see` with the number and the inode of every open descriptor whose kind is `prefix`, as
// /proc writes it: "socket:[".
template <class See>
void for_each_open(pid_t pid, std::string_view prefix, See see) {
  auto fds = open_directory(fmt::format("/proc/{}/fd", pid).c_str());
  while (auto* name = fds ? readdir(fds.get()) : nullptr) {
    char target[64];
    ssize_t n = readlinkat(dirfd(fds.get()), name->d_name, target, sizeof target);
    std::string_view text(target, n > 0 ? static_cast<size_t>(n) : 0);
    uint64_t inode;
    if (text.substr(0, prefix.size()) == prefix && text.back() == ']' &&
        parse_number(text.substr(prefix.size(), text.size() - prefix.size() - 1), inode))
      see(std::string_view(name->d_name), inode);
  }
}

std::vector<uint64_t> open_inodes(pid_t pid, std::string_view prefix) {
  std::vector<uint64_t> inodes;
  for_each_open(pid, prefix, [&](std::string_view, uint64_t inode) { inodes.push_back(inode); });
  return inodes;
}

}  // namespace

std::vector<uint64_t> socket_inodes(pid_t pid) { return open_inodes(pid, "socket:["); }
std::vector<uint64_t> pipe_inodes(pid_t pid) { return open_inodes(pid, "pipe:["); }

uint64_t pipe_inode(pid_t pid, int fd) {
  struct stat status {};
  const bool is_pipe = stat(fmt::format("/proc/{}/fd/{}", pid, fd).c_str(), &status) == 0 &&
                       S_ISFIFO(status.st_mode);
  return is_pipe ? status.st_ino : 0;
}

uint64_t clock_ticks_now() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  const auto rate = static_cast<uint64_t>(sysconf(_SC_CLK_TCK));
  constexpr uint64_t nanos = 1'000'000'000;
  return static_cast<uint64_t>(now.tv_sec) * rate +
         static_cast<uint64_t>(now.tv_nsec) * rate / nanos;
}

std::vector<int> pipe_descriptors(pid_t pid, uint64_t inode) {
  std::vector<int> descriptors;
  for_each_open(pid, "pipe:[", [&](std::string_view name, uint64_t seen) {
    int fd = -1;
    if (seen == inode && parse_number(name, fd)) descriptors.push_back(fd);
  });
  return descriptors;
}

// The descriptor holds on to the process; that it is the one we mean is checked after opening.
bool signal_process(const ProcessEntry& process, int signal) {
  if (process.pid <= 1 || process.pid == getpid()) return false;
  UniqueFd fd(static_cast<int>(syscall(SYS_pidfd_open, process.pid, 0)));
  if (!fd) return false;
  auto now = read_process(process.pid);
  if (!now || now->start != process.start) return false;
  return syscall(SYS_pidfd_send_signal, fd.get(), signal, nullptr, 0) == 0;
}

}  // namespace muster
