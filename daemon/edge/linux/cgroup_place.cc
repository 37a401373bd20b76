// See cgroup_place.h.
#include "daemon/edge/linux/cgroup_place.h"

#include <fmt/format.h>
#include <unistd.h>
#include <array>
#include <cstdlib>

#include "daemon/edge/linux/kernel_text.h"

namespace muster {
namespace {

// The part before the next `end`, which is taken away with it.
std::string_view take_until(std::string_view& text, char end) {
  const std::string_view word = text.substr(0, text.find(end));
  text.remove_prefix(std::min(text.size(), word.size() + 1));
  return word;
}

// In mountinfo a blank, a tab, a newline and a backslash are written as \040 and the like.
std::string unescape(std::string_view field) {
  auto digit = [&](size_t at) { return at < field.size() && field[at] >= '0' && field[at] <= '7'; };
  std::string text;
  for (size_t at = 0; at < field.size(); ++at) {
    if (field[at] == '\\' && digit(at + 1) && digit(at + 2) && digit(at + 3)) {
      text += static_cast<char>((field[at + 1] - '0') * 64 + (field[at + 2] - '0') * 8 +
                                (field[at + 3] - '0'));
      at += 3;
    } else {
      text += field[at];
    }
  }
  return text;
}

// The part of `path` below `root`: empty for the root itself, else it begins with a slash.
std::optional<std::string_view> below(std::string_view path, std::string_view root) {
  if (root == "/") root = "";
  if (path == "/") path = "";
  if (!path.starts_with(root)) return {};
  path.remove_prefix(root.size());
  if (!path.empty() && path.front() != '/') return {};
  return path;
}

// In a cgroup that is or has threaded ones no process can be started. The root has no type.
bool takes_processes(const std::string& directory) {
  const std::string type = read_kernel_text(directory + "/cgroup.type").value_or("");
  return type.empty() || type == "domain\n";
}

}  // namespace

bool lists(std::string_view list, std::string_view word, char between) {
  while (!list.empty())
    if (take_until(list, between) == word) return true;
  return false;
}

// A line is "ID:CONTROLLERS:PATH"; that of version 2 names none.
std::optional<std::string_view> path_in_hierarchy(std::string_view cgroup,
                                                  std::string_view controller) {
  while (!cgroup.empty()) {
    std::string_view line = take_until(cgroup, '\n');
    const std::string_view id = take_until(line, ':'), controllers = take_until(line, ':');
    if (!line.starts_with('/')) continue;
    if (controller.empty() ? id == "0" && controllers.empty() : lists(controllers, controller))
      return line;
  }
  return {};
}

// A line is "ID PARENT MAJOR:MINOR ROOT MOUNT-POINT OPTIONS [TAG...] - TYPE SOURCE OPTIONS".
std::optional<std::string> directory_of_cgroup(std::string_view mountinfo, std::string_view cgroup,
                                               std::string_view controller) {
  const auto path = path_in_hierarchy(cgroup, controller);
  if (!path) return {};
  while (!mountinfo.empty()) {
    std::string_view line = take_until(mountinfo, '\n');
    const size_t dash = line.find(" - ");
    if (dash == std::string_view::npos) continue;
    std::string_view rest = line.substr(dash + 3);
    const std::string_view type = take_until(rest, ' ');
    take_until(rest, ' ');
    if (controller.empty() ? type != "cgroup2" : type != "cgroup" || !lists(rest, controller))
      continue;
    std::array<std::string_view, 5> fields;
    for (auto& field : fields) field = take_until(line, ' ');
    const std::string root = unescape(fields[3]);
    if (auto inside = below(*path, root)) return unescape(fields[4]) + std::string(*inside);
  }
  return {};
}

std::optional<std::string> own_cgroup(std::string_view controller) {
  return directory_of_cgroup(read_kernel_text("/proc/self/mountinfo").value_or(""),
                             read_kernel_text("/proc/self/cgroup").value_or(""), controller);
}

std::string cgroup_name(std::string_view app, std::string_view token) {
  return std::getenv(no_cgroup_variable) ? "" : fmt::format("muster-{}-{}", app, token);
}

std::string cgroup_for_run(std::string_view app, std::string_view token) {
  const std::string name = cgroup_name(app, token);
  if (name.empty()) return {};
  const auto own = own_cgroup();
  // A start in a cgroup also asks for the right to take processes out of ours.
  if (!own || own->find('\n') != std::string::npos || access(own->c_str(), W_OK | X_OK) != 0 ||
      access((*own + "/cgroup.procs").c_str(), W_OK) != 0 || !takes_processes(*own))
    return {};
  return fmt::format("{}/{}", *own, name);
}

}  // namespace muster
