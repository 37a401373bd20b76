// See stop_order.h. A shell without job control gives those in its background SIGINT and SIGQUIT
// ignored, and most programs leave at least one of the two so.
#include "daemon/edge/launch/stop_order.h"

#include <fmt/format.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <csignal>
#include <string>
#include <string_view>

#include "daemon/edge/linux/process_state.h"

namespace muster {
namespace {

constexpr std::string_view shells[] = {"sh",    "dash", "bash", "ash",  "busybox",
                                       "ksh93", "ksh",  "mksh", "yash", "zsh"};
// A shell that waits for a shell that waits for a shell: there are a few.
constexpr unsigned most_shells = 32;

bool is_shell(pid_t pid) {
  std::array<char, 4096> target{};
  const auto n = readlink(fmt::format("/proc/{}/exe", pid).c_str(), target.data(), target.size());
  if (n <= 0) return false;
  std::string_view name(target.data(), static_cast<size_t>(n));
  if (constexpr std::string_view gone = " (deleted)"; name.ends_with(gone))
    name.remove_suffix(gone.size());
  name.remove_prefix(name.rfind('/') + 1);
  return std::find(std::begin(shells), std::end(shells), name) != std::end(shells);
}

bool has_handler(pid_t pid, int signal) {
  const auto state = read_signal_state(pid);
  return state && state->is_caught(signal);
}

bool is_in_background(pid_t pid) {
  const auto state = read_signal_state(pid);
  return state && (state->is_ignored(SIGINT) || state->is_ignored(SIGQUIT));
}

std::vector<ProcessEntry> children_of(pid_t parent, const std::vector<ProcessEntry>& members) {
  std::vector<ProcessEntry> children;
  for (auto& member : members)
    if (member.parent == parent && !member.dead) children.push_back(member);
  return children;
}

// The children that it has got besides, when orphans, are younger.
const ProcessEntry* eldest_of(const std::vector<ProcessEntry>& children) {
  const auto eldest =
      std::min_element(children.begin(), children.end(), [](auto& one, auto& other) {
        return std::pair(one.start, one.pid) < std::pair(other.start, other.pid);
      });
  return eldest == children.end() ? nullptr : &*eldest;
}

}  // namespace

std::vector<ProcessEntry> asked_first(const std::vector<ProcessEntry>& members, pid_t leader,
                                      unsigned generations, int signal) {
  std::vector<ProcessEntry> asked;
  if (auto entry = read_process(leader)) asked.push_back(*entry);
  for (; generations > 0 && !asked.empty(); --generations) {
    const auto children = children_of(asked.front().pid, members);
    const ProcessEntry* eldest = eldest_of(children);
    if (!eldest) return asked;
    asked.front() = *eldest;
  }
  // A shell stands before those that it waits for, and is asked before it could go on.
  for (size_t at = 0; at < asked.size() && at < most_shells; ++at) {
    const pid_t shell = asked[at].pid;
    if (!is_shell(shell)) continue;
    const bool is_trusted = has_handler(shell, signal);
    for (auto& child : children_of(shell, members))
      if (!is_trusted || !is_in_background(child.pid)) asked.push_back(child);
  }
  return asked;
}

}  // namespace muster
