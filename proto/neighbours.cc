// See neighbours.h.
#include "proto/neighbours.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

namespace muster {
namespace {

namespace fs = std::filesystem;

constexpr const char* variables[] = {"MUSTER_HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME"};

std::string home_of(unsigned uid) {
  const passwd* entry = getpwuid(uid);
  return entry ? entry->pw_dir : "/";
}

// A listener is bound under a name with a number, `c0`, and given its own, `control`, afterwards.
bool is_numbered(std::string_view name, char letter) {
  return name.size() > 1 && name.front() == letter &&
         name.find_first_not_of("0123456789", 1) == name.npos;
}

// DIRECTORY/APP for each app that listens: both of its sockets are in the table.
std::set<fs::path> listening_places() {
  std::set<fs::path> controls, buses, both;
  std::ifstream table("/proc/net/unix");
  for (std::string line; std::getline(table, line);) {
    const size_t at = line.find('/');
    if (at == line.npos) continue;
    const fs::path path = line.substr(at);
    const std::string name = path.filename().string();
    if (is_numbered(name, 'c')) controls.insert(path.parent_path());
    if (is_numbered(name, 'b')) buses.insert(path.parent_path());
  }
  std::set_intersection(controls.begin(), controls.end(), buses.begin(), buses.end(),
                        std::inserter(both, both.end()));
  return both;
}

// The reverse of endpoints_of.
std::map<std::string, std::string> environment_of(const fs::path& place, unsigned uid) {
  std::map<std::string, std::string> found{{"HOME", home_of(uid)}};
  const fs::path base = place.parent_path();
  if (base.filename() == "run")
    found["MUSTER_HOME"] = base.parent_path().string();
  else if (base.filename() == "muster")
    found["XDG_RUNTIME_DIR"] = base.parent_path().string();
  return found;
}

// The owner of the place, or of the nearest one above it that lets itself be looked at; none: it is
// of another container, or only looks like one of ours.
std::optional<unsigned> owner_of_place(fs::path place) {
  struct stat status {};
  while (lstat(place.c_str(), &status) != 0) {
    if (errno != EACCES || place == place.parent_path()) return std::nullopt;
    place = place.parent_path();
  }
  return S_ISDIR(status.st_mode) ? std::optional<unsigned>(status.st_uid) : std::nullopt;
}

AppOwner owner_with(unsigned uid, std::map<std::string, std::string> environment) {
  return {false, uid, [environment = std::move(environment)](const std::string& name) {
            const auto found = environment.find(name);
            return found == environment.end() ? std::nullopt : std::optional(found->second);
          }};
}

}  // namespace

std::string user_called(unsigned uid) {
  const passwd* entry = getpwuid(uid);
  return entry ? entry->pw_name : std::to_string(uid);
}

std::vector<Neighbour> neighbours() {
  std::vector<Neighbour> found;
  for (auto& place : listening_places()) {
    const std::string app = place.filename().string();
    const auto uid = owner_of_place(place);
    if (!is_app_name(app) || !uid || *uid == geteuid()) continue;
    found.push_back({app, place.string(), *uid, user_called(*uid), environment_of(place, *uid)});
  }
  std::sort(found.begin(), found.end(),
            [](auto& a, auto& b) { return std::tie(a.app, a.user) < std::tie(b.app, b.user); });
  return found;
}

std::vector<AppOwner> other_owners() {
  std::vector<std::pair<unsigned, std::string>> homes;
  setpwent();
  while (const passwd* entry = getpwent())
    if (entry->pw_uid != 0) homes.emplace_back(entry->pw_uid, entry->pw_dir);
  endpwent();
  std::vector<AppOwner> found;
  std::set<std::string> seen;
  std::error_code error;
  for (auto& [uid, home] : homes)
    if (fs::is_directory(home + "/.local/state/muster", error) && seen.insert(home).second)
      found.push_back(owner_with(uid, {{"HOME", home}}));
  for (auto& entry : fs::directory_iterator("/var/lib", error)) {
    struct stat status {};
    const std::string path = entry.path().string();
    if (!entry.path().filename().string().starts_with("muster-")) continue;
    if (lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode))
      found.push_back(owner_with(status.st_uid, {{"MUSTER_HOME", path}}));
  }
  return found;
}

Result<> become(const Neighbour& neighbour) {
  const passwd* entry = getpwuid(neighbour.uid);
  const gid_t group = entry ? entry->pw_gid : neighbour.uid;
  const int groups = entry ? initgroups(entry->pw_name, group) : setgroups(0, nullptr);
  if (groups != 0 || setgid(group) != 0 || setuid(neighbour.uid) != 0)
    return fail_errno(errno, "cannot become user {}", neighbour.user);
  for (auto name : variables) unsetenv(name);
  for (auto& [name, value] : neighbour.environment) setenv(name.c_str(), value.c_str(), 1);
  return {};
}

}  // namespace muster
