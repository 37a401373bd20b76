// See no_daemon.h. Only looks where any user's daemon of that name would be; opens nothing but
// locks, for reading.
#include "proto/no_daemon.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <filesystem>
#include <vector>

#include "proto/client.h"

namespace muster {
namespace {

namespace fs = std::filesystem;

std::string user_of(uid_t uid) {
  const passwd* entry = getpwuid(uid);
  return entry ? entry->pw_name : std::to_string(uid);
}

// The owner of the directory, or of the nearest one above it that lets itself be looked at.
uid_t owner_of(fs::path place) {
  struct stat status {};
  while (stat(place.c_str(), &status) != 0 && place != place.parent_path())
    place = place.parent_path();
  return status.st_uid;
}

std::vector<std::string> runtime_directories(const std::string& app) {
  std::vector<std::string> found{"/run/muster/" + app};
  std::error_code error;
  for (auto& user : fs::directory_iterator("/run/user", error))
    found.push_back(user.path() / "muster" / app);
  for (auto& entry : fs::directory_iterator("/tmp", error))
    if (entry.path().filename().string().starts_with("muster-"))
      found.push_back(entry.path() / app);
  return found;
}

}  // namespace

std::string why_no_daemon(const Endpoints& endpoints) {
  const std::string& app = endpoints.app;
  if (access(endpoints.lock_file().c_str(), R_OK) != 0 && errno == EACCES)
    return fmt::format(
        "the daemon of app '{}' belongs to user {}: {} is closed to user {}; ask as that user", app,
        user_of(owner_of(endpoints.runtime_dir)), endpoints.runtime_dir, user_of(geteuid()));
  for (const std::string& directory : runtime_directories(app)) {
    Endpoints other = endpoints;
    other.runtime_dir = directory;
    if (directory == endpoints.runtime_dir || !daemon_runs(other)) continue;
    return fmt::format(
        "no daemon of user {} runs for app '{}'; the one in {} belongs to user {}: ask as that "
        "user",
        user_of(geteuid()), app, directory, user_of(owner_of(directory)));
  }
  return fmt::format("no daemon runs for app '{}'; start one in its directory with: musterd -d",
                     app);
}

}  // namespace muster
