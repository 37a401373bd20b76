// See stop_order.h. A shell without job control gives those in its background SIGINT and SIGQUIT
// ignored, and most programs leave at least one of the two so.
#include "daemon/edge/stop_order.h"

#include <fmt/format.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <string>
#include <string_view>

#include "daemon/edge/kernel_text.h"

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

// The signals that a process handles and ignores, as masks.
struct Dispositions {
  uint64_t ignored = 0, caught = 0;
  static bool has(uint64_t mask, int signal) { return ((mask >> (signal - 1)) & 1) != 0; }
};

Dispositions dispositions_of(pid_t pid) {
  constexpr size_t limit = 64 << 10;
  const std::string text =
      read_kernel_text(fmt::format("/proc/{}/status", pid), limit).value_or("");
  auto mask_of = [&](std::string_view key) {
    uint64_t mask = 0;
    const auto at = text.find(key);
    if (at != std::string::npos)
      std::from_chars(text.data() + at + key.size(), text.data() + text.size(), mask, 16);
    return mask;
  };
  return {mask_of("\nSigIgn:\t"), mask_of("\nSigCgt:\t")};
}

bool is_in_background(pid_t pid) {
  const Dispositions of = dispositions_of(pid);
  return Dispositions::has(of.ignored, SIGINT) || Dispositions::has(of.ignored, SIGQUIT);
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
    const bool has_handler = Dispositions::has(dispositions_of(shell).caught, signal);
    for (auto& child : children_of(shell, members))
      if (!has_handler || !is_in_background(child.pid)) asked.push_back(child);
  }
  return asked;
}

}  // namespace muster
