// See endpoints.h.
#include "proto/endpoints.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <algorithm>
#include <filesystem>

#include "base/trusted_path.h"
#include "base/whole_file.h"

namespace muster {
namespace {

namespace fs = std::filesystem;

constexpr size_t app_name_limit = 63;
constexpr size_t socket_path_limit = sizeof(sockaddr_un::sun_path) - 1;

bool may_be_in_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

// A variable that is empty counts as unset, as the XDG specification has it.
std::optional<std::string> value_of(const GetEnv& env, const std::string& name) {
  auto value = env(name);
  if (value && value->empty()) value.reset();
  return value;
}

std::optional<std::string> absolute_path_of(const GetEnv& env, const std::string& name) {
  auto value = value_of(env, name);
  if (value && value->front() != '/') value.reset();
  return value;
}

// Where a session gave us no XDG_RUNTIME_DIR (cron, sudo), the login's own directory is still the
// place where a daemon started from a login would be.
std::string runtime_base(unsigned uid, const GetEnv& env) {
  if (const auto directory = absolute_path_of(env, "XDG_RUNTIME_DIR"))
    return *directory + "/muster";
  const std::string login = "/run/user/" + std::to_string(uid);
  struct stat status {};
  if (lstat(login.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == uid)
    return login + "/muster";
  return "/tmp/muster-" + std::to_string(uid);
}

Result<std::string> state_base(const GetEnv& env) {
  if (const auto directory = absolute_path_of(env, "XDG_STATE_HOME")) return *directory + "/muster";
  if (const auto home = absolute_path_of(env, "HOME")) return *home + "/.local/state/muster";
  return fail("no place for the app's state: set HOME, XDG_STATE_HOME or MUSTER_HOME");
}

// Further up the administrator may use links.
Result<UniqueFd> open_base(const fs::path& path, unsigned uid, Missing missing) {
  auto top = walk_to_directory(path.parent_path().string(), uid, missing);
  if (!top || !*top) return top;
  return own_directory(top->get(), path.filename().string(), path.string(), uid, missing);
}

// The directory and the one above it are the user's own.
Result<UniqueFd> open_place(const std::string& path, unsigned uid, Missing missing) {
  const fs::path lower(path), upper = lower.parent_path();
  auto above = open_base(upper, uid, missing);
  if (!above || !*above) return above;
  return own_directory(above->get(), lower.filename().string(), path, uid, missing);
}

Result<> create_place(const std::string& path, unsigned uid) {
  const auto directory = open_place(path, uid, Missing::make);
  if (!directory) return tl::unexpected(directory.error());
  if (fchmod(directory->get(), 0700) != 0) return fail_errno(errno, "cannot chmod {}", path);
  return {};
}

}  // namespace

bool is_app_name(std::string_view text) {
  return !text.empty() && text.size() <= app_name_limit && text.front() != '.' &&
         text.front() != '-' && std::all_of(text.begin(), text.end(), may_be_in_name);
}

Result<Endpoints> endpoints_of(const std::string& app, bool is_root, unsigned uid,
                               const GetEnv& env) {
  if (!is_app_name(app))
    return fail("'{}' cannot be an app's name: letters, digits, '_', '.' and '-', at most {}", app,
                app_name_limit);
  Endpoints endpoints;
  endpoints.app = app;
  std::string setting = "MUSTER_HOME";
  if (const auto home = value_of(env, "MUSTER_HOME")) {
    if (home->front() != '/') return fail("MUSTER_HOME='{}' is not an absolute path", *home);
    endpoints.state_dir = *home + "/state/" + app;
    endpoints.runtime_dir = *home + "/run/" + app;
  } else if (is_root) {
    endpoints.state_dir = "/var/lib/muster/" + app;
    endpoints.runtime_dir = "/run/muster/" + app;
  } else {
    const auto base = state_base(env);
    if (!base) return tl::unexpected(base.error());
    endpoints.state_dir = *base + "/" + app;
    endpoints.runtime_dir = runtime_base(uid, env) + "/" + app;
    setting = "XDG_RUNTIME_DIR or MUSTER_HOME";
  }
  const std::string longest = endpoints.runtime_dir + "/control";
  if (longest.size() > socket_path_limit)
    return fail("{} is too long for a socket ({} bytes, at most {}): set {} to a shorter path",
                longest, longest.size(), socket_path_limit, setting);
  return endpoints;
}

Result<std::vector<std::string>> app_names(bool is_root, unsigned uid, const GetEnv& env) {
  auto some = endpoints_of("app", is_root, uid, env);
  if (!some) return tl::unexpected(some.error());
  std::vector<std::string> names;
  std::error_code error;
  for (auto& entry : fs::directory_iterator(fs::path(some->runtime_dir).parent_path(), error))
    if (auto name = entry.path().filename().string(); is_app_name(name)) names.push_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

std::string app_name_of(const std::string& directory) {
  std::error_code error;
  fs::path place = fs::absolute(directory, error).lexically_normal();
  if (!place.has_filename()) place = place.parent_path();
  std::string name = place.filename().string();
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !may_be_in_name(c); }, '-');
  name.erase(0, name.find_first_not_of(".-"));
  name.resize(std::min(name.size(), app_name_limit));
  return name.empty() ? "app" : name;
}

// A file system that was mounted over our directory may be open to all.
static Result<> close_to_others(const std::string& path, unsigned uid) {
  const UniqueFd place(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status {};
  if (!place || fstat(place.get(), &status) != 0 || status.st_uid != uid) return {};
  if ((status.st_mode & 077) == 0 || fchmod(place.get(), 0700) == 0) return {};
  return fail_errno(errno, "{}: chmod", path);
}

Result<> create_directories(const Endpoints& endpoints, unsigned uid) {
  for (const std::string& path : {endpoints.state_dir, endpoints.runtime_dir})
    if (auto created = create_place(path, uid); !created) return created;
  return {};
}

Result<> restore_directories(const Endpoints& endpoints, unsigned uid) {
  for (const std::string& path : {endpoints.state_dir, endpoints.runtime_dir}) {
    const std::string upper = fs::path(path).parent_path();
    for (const std::string& place : {upper, path}) {
      struct stat status {};
      if (lstat(place.c_str(), &status) != 0) continue;
      if (S_ISDIR(status.st_mode) && status.st_uid == uid) continue;
      if (Result<> aside = put_aside(place); !aside) return aside;
    }
    if (Result<> closed = close_to_others(path, uid); !closed) return closed;
    if (auto created = create_place(path, uid); !created) return created;
  }
  return {};
}

Result<UniqueFd> open_runtime_directory(const Endpoints& endpoints, unsigned uid) {
  return open_place(endpoints.runtime_dir, uid, Missing::leave);
}

Result<UniqueFd> open_state_directory(const Endpoints& endpoints, unsigned uid) {
  return open_place(endpoints.state_dir, uid, Missing::leave);
}

Result<UniqueFd> open_state_base(const Endpoints& endpoints, unsigned uid, Missing missing) {
  return open_base(fs::path(endpoints.state_dir).parent_path(), uid, missing);
}

void remove_sockets(const Endpoints& endpoints) {
  for (const std::string& address :
       {endpoints.control(), endpoints.operate(), endpoints.read(), endpoints.bus()})
    unlink(address.substr(address.find("://") + 3).c_str());
}

}  // namespace muster
