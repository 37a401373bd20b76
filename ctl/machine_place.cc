// See machine_place.h.
#include "ctl/machine_place.h"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "daemon/config/machine_app.h"
#include "proto/client.h"
#include "proto/neighbours.h"

namespace muster {
namespace {

namespace fs = std::filesystem;

bool is_same(const std::string& one, const std::string& other) {
  std::error_code error;
  return fs::equivalent(one, other, error);
}

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value && *value;
}

// The first one counts of two that have the same directory.
void take_name_by_directory(FoundApp& app) {
  for (auto& name : machine_app_names()) {
    const auto found = find_machine_app(name);
    if (!found || !*found || !is_same((*found)->directory, app.directory)) continue;
    app.name = name;
    return;
  }
}

const passwd* account_of(const std::string& user) {
  const bool is_number = user.find_first_not_of("0123456789") == user.npos;
  return is_number ? ::getpwuid(static_cast<uid_t>(std::stoul(user))) : ::getpwnam(user.c_str());
}

}  // namespace

Outcome<bool> take_machine_place(FoundApp& app, const Endpoints& own) {
  if (is_set("MUSTER_HOME") || daemon_runs(own)) return false;
  if (!app.directory.empty()) take_name_by_directory(app);
  const auto machine = find_machine_app(app.name);
  if (!machine) return failure(ExitCode::usage, machine.message());
  if (!*machine) return false;
  const MachineApp& found = **machine;
  if (!app.directory.empty() && !is_same(app.directory, found.directory)) return false;
  const passwd* user = account_of(found.user);
  // Without a file it is only a directory that has such a name.
  if (!user && found.file.empty()) return false;
  if (!user)
    return failure(ExitCode::usage, fmt::format("{}: there is no user '{}': adduser --system {}",
                                                found.file, found.user, found.user));
  const unsigned uid = user->pw_uid, self = ::geteuid();
  if (self == uid) {
    ::setenv("MUSTER_HOME", found.home.c_str(), 1);
    return true;
  }
  if (self != 0) return false;
  const Neighbour neighbour{
      app.name, {}, uid, found.user, {{"HOME", user->pw_dir}, {"MUSTER_HOME", found.home}}};
  if (auto done = become(neighbour); !done) return failure(ExitCode::no, done.message());
  return true;
}

}  // namespace muster
