// See port_owner.h.
#include "daemon/edge/watch/port_owner.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <fstream>
#include <optional>

namespace muster {
namespace {

std::string program_name(pid_t pid) {
  std::string name;
  std::ifstream file(fmt::format("/proc/{}/comm", pid));
  std::getline(file, name);
  return name.empty() ? "?" : name;
}

bool has_any(pid_t pid, const std::set<uint64_t>& inodes) {
  const auto own = socket_inodes(pid);
  return std::any_of(own.begin(), own.end(), [&](uint64_t inode) { return inodes.count(inode); });
}

}  // namespace

// The oldest of a server and its workers is the one to be ended.
std::string taken_port_text(uint32_t port, const std::set<uint64_t>& inodes) {
  std::optional<ProcessEntry> owner;
  for (auto& process : read_processes()) {
    if (process.dead || (owner && owner->start <= process.start)) continue;
    if (has_any(process.pid, inodes)) owner = process;
  }
  if (!owner) return fmt::format("port {} is taken by a program of another user", port);
  std::string what = program_name(owner->pid);
  if (const auto app = value_in(read_environment(owner->pid), "MUSTER_APP"))
    what += fmt::format(", app {}", *app);
  return fmt::format("port {} is taken by pid {} ({})", port, owner->pid, what);
}

std::string silent_port_text(uint32_t port, const Listeners& listeners,
                             const std::vector<ProcessEntry>& members) {
  std::set<uint64_t> own;
  for (auto& process : members)
    for (const uint64_t inode : socket_inodes(process.pid)) own.insert(inode);
  std::set<uint32_t> others;
  for (auto& [other, inode] : listeners)
    if (own.count(inode)) others.insert(other);
  std::string text = fmt::format("nothing of it listens on port {} yet", port);
  if (!others.empty()) text += fmt::format(" (it listens on {})", fmt::join(others, ", "));
  return text;
}

}  // namespace muster
