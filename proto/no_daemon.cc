// See no_daemon.h. Only looks; opens nothing of another user's.
#include "proto/no_daemon.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <filesystem>

#include "proto/neighbours.h"

namespace muster {
namespace {

namespace fs = std::filesystem;

// The owner of the directory, or of the nearest one above it that lets itself be looked at.
uid_t owner_of(fs::path place) {
  struct stat status {};
  while (stat(place.c_str(), &status) != 0 && place != place.parent_path())
    place = place.parent_path();
  return status.st_uid;
}

// DIR/run/APP, which a user chose by MUSTER_HOME=DIR: no other place is meant.
bool is_chosen(const Endpoints& endpoints) {
  return fs::path(endpoints.runtime_dir).parent_path().filename() == "run";
}

}  // namespace

std::string why_no_daemon(const Endpoints& endpoints) {
  const std::string& app = endpoints.app;
  if (access(endpoints.lock_file().c_str(), R_OK) != 0 && errno == EACCES)
    return fmt::format(
        "the daemon of app '{}' belongs to user {}: {} is closed to user {}; ask as that user", app,
        user_called(owner_of(endpoints.runtime_dir)), endpoints.runtime_dir,
        user_called(geteuid()));
  if (!is_chosen(endpoints))
    for (auto& other : neighbours())
      if (other.app == app)
        return fmt::format(
            "the daemon of app '{}' belongs to user {} (in {}), and not to user {}: ask as that "
            "user",
            app, other.user, other.runtime_dir, user_called(geteuid()));
  return fmt::format("no daemon runs for app '{}'; start one in its directory with: musterd -d",
                     app);
}

}  // namespace muster
