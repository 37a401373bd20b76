// See naming.h. The lock is a file in the directory of all states whose name no app can have.
#include "proto/naming.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <sys/file.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/trusted_path.h"

namespace muster {
namespace {

namespace fs = std::filesystem;

constexpr const char* turn_name = ".naming";
constexpr int turn_attempts = 2000, turn_pause_ms = 5;  // ten seconds; naming takes milliseconds
constexpr size_t longest_name = 63;

std::string base_of(const Endpoints& endpoints) {
  return fs::path(endpoints.state_dir).parent_path().string();
}

Result<UniqueFd> take_turn(const Endpoints& some, unsigned uid) {
  auto base = open_state_base(some, uid, Missing::make);
  if (!base) return tl::unexpected(base.error());
  const std::string path = base_of(some) + '/' + turn_name;
  auto file = open_regular(path, O_RDWR | O_CREAT);
  if (!file) return file;
  for (int i = 0; i < turn_attempts; i++) {
    if (flock(file->get(), LOCK_EX | LOCK_NB) == 0) return file;
    if (errno != EWOULDBLOCK && errno != EINTR) return fail_errno(errno, "{}: lock", path);
    poll(nullptr, 0, turn_pause_ms);
  }
  return fail("{}: another start holds it; look for a musterd that is stopped", path);
}

const KnownApp* app_called(const std::vector<KnownApp>& apps, const std::string& name) {
  for (auto& app : apps)
    if (app.endpoints.app == name) return &app;
  return nullptr;
}

bool has_owner(const KnownApp& app) {
  return app.kept.is_kept || !app.kept.identity.place.path.empty();
}

// The apps of a directory. The one that has its very name comes first.
std::vector<const KnownApp*> apps_of(const std::vector<KnownApp>& apps, const AppPlace& place,
                                     bool is_given) {
  std::vector<const KnownApp*> found;
  for (auto& app : apps) {
    const AppIdentity& identity = app.kept.identity;
    if (identity.is_given != is_given || !belongs_to(identity, place)) continue;
    const bool is_exact = identity.place.path == place.path;
    found.insert(is_exact ? found.begin() : found.end(), &app);
  }
  return found;
}

std::string numbered(const std::string& name, size_t number) {
  if (number == 1) return name;
  const std::string suffix = '-' + std::to_string(number);
  return name.substr(0, longest_name - suffix.size()) + suffix;
}

// A state directory that belongs to no directory is that of the first that comes by its name.
std::string free_name(const std::vector<KnownApp>& apps, const AppPlace& place) {
  const std::string name = app_name_of(place.path);
  for (size_t number = 1;; number++) {
    std::string candidate = numbered(name, number);
    const KnownApp* app = app_called(apps, candidate);
    if (!app || (number == 1 && !has_owner(*app))) return candidate;
  }
}

Result<FoundApp> app_of(const AppPlace& place, const std::vector<KnownApp>& apps,
                        const AppOwner& owner) {
  if (const auto own = apps_of(apps, place, false); !own.empty())
    return FoundApp{own.front()->endpoints.app, place.path, {}};
  const auto given = apps_of(apps, place, true);
  if (given.size() == 1) return FoundApp{given.front()->endpoints.app, place.path, {}};
  if (given.size() > 1) {
    std::vector<std::string> names;
    names.reserve(given.size());
    for (auto* app : given) names.push_back(app->endpoints.app);
    return fail("{} is the directory of several apps: {}; name one with -a", place.path,
                fmt::join(names, ", "));
  }
  FoundApp found{app_name_of(place.path), place.path, {}};
  auto endpoints = endpoints_of(found.name, owner.is_root, owner.uid, owner.env);
  if (!endpoints) return found;
  const KeptIdentity kept = read_identity(*endpoints);
  found.other = kept.identity.place.path;
  if (kept.is_kept && found.other.empty()) found.other = "no directory";
  if (found.other == place.path) found.other.clear();
  return found;
}

// A shell that stands in a directory to which a link led before stays there.
std::optional<FoundApp> app_by_old_target(const std::vector<KnownApp>& apps, const GetEnv& env) {
  std::error_code error;
  const std::string here = fs::current_path(error).string();
  const std::string pwd = env("PWD").value_or("");
  for (auto& app : apps) {
    const AppPlace& place = app.kept.identity.place;
    if (!pwd.empty() && place.path == pwd && place.target == here && place.path != here)
      return FoundApp{app.endpoints.app, pwd, {}};
  }
  return std::nullopt;
}

Result<FoundApp> app_upward(const std::string& directory, const AppOwner& owner,
                            const std::vector<KnownApp>& apps) {
  auto start = place_of(directory, owner.env);
  if (!start)
    return fail(
        "the current directory is no longer there; go to an app's directory, or "
        "name the app with -a");
  if (auto found = app_by_old_target(apps, owner.env)) return std::move(*found);
  std::error_code error;
  for (const std::string& begin : {start->path, start->target})
    for (fs::path at = begin;; at = at.parent_path()) {
      const auto place = place_of(at.string(), owner.env);
      const bool has_procfile = fs::is_regular_file(at / "Procfile", error);
      const auto is_its = [&](const KnownApp& app) {
        return place && belongs_to(app.kept.identity, *place);
      };
      if (place && (has_procfile || std::any_of(apps.begin(), apps.end(), is_its)))
        return app_of(*place, apps, owner);
      if (at == at.parent_path()) break;
    }
  return fail("no Procfile in {} or above it: go to an app's directory, or name the app with -a",
              directory);
}

// A name that a user asks for is theirs, unless another directory has it.
Result<> take_given(Claim& claim, const Wanted& wanted, const KnownApp* app,
                    const std::vector<KnownApp>& apps) {
  const bool is_its_own = app && wanted.place && belongs_to(app->kept.identity, *wanted.place);
  if (app) claim.identity = app->kept.identity;
  if (is_its_own || !wanted.place) return {};
  const std::string& here = wanted.place->path;
  const bool is_pushed = here.starts_with(claim.endpoints.state_dir + '/') ||
                         (app && wanted.is_deployed && wanted.is_deployed(app->endpoints));
  if (is_pushed) {
    claim.directory = here;
    return {};
  }
  if (app && has_owner(*app)) {
    const std::string& other = app->kept.identity.place.path;
    if (other.empty())
      return fail(
          "app '{}' belongs to no directory, and nothing was deployed to it yet; {} needs "
          "another name: --app NAME",
          claim.endpoints.app, here);
    if (is_in_place(app->kept.identity))
      return fail(
          "app '{}' is that of {}, and cannot be that of {} too; choose another name: "
          "--app NAME",
          claim.endpoints.app, other, here);
    claim.told = fmt::format(
        "the directory of app '{}' was {}, which is no longer there; it is {} "
        "now",
        claim.endpoints.app, other, here);
  } else {
    claim.identity.is_given =
        claim.endpoints.app != app_name_of(here) || !apps_of(apps, *wanted.place, false).empty();
  }
  claim.identity.place = *wanted.place;
  return {};
}

// An app goes on where its directory was moved to, and under the name that it was given by.
void look_anew(Claim& claim, const AppPlace& here) {
  AppPlace& own = claim.identity.place;
  if (!belongs_to(claim.identity, here)) return;
  if (own.path != here.path && !is_in_place(claim.identity)) {
    claim.told = fmt::format("the directory of app '{}' was moved from {} to {}",
                             claim.endpoints.app, own.path, here.path);
    own = here;
  } else {
    own.target = here.target;
    own.inode = here.inode;
  }
}

}  // namespace

Result<std::vector<KnownApp>> known_apps(const AppOwner& owner) {
  auto some = endpoints_of("app", owner.is_root, owner.uid, owner.env);
  if (!some) return tl::unexpected(some.error());
  std::vector<KnownApp> apps;
  const auto base = open_state_base(*some, owner.uid, Missing::leave);
  if (!base || !*base) return apps;
  std::error_code error;
  for (auto& entry : fs::directory_iterator(base_of(*some), error)) {
    const std::string name = entry.path().filename().string();
    if (!is_app_name(name)) continue;
    auto endpoints = endpoints_of(name, owner.is_root, owner.uid, owner.env);
    if (!endpoints) continue;
    KeptIdentity kept = read_identity(*endpoints);
    apps.push_back({std::move(*endpoints), std::move(kept)});
  }
  std::sort(apps.begin(), apps.end(),
            [](auto& a, auto& b) { return a.endpoints.app < b.endpoints.app; });
  return apps;
}

Result<FoundApp> find_app(const std::optional<std::string>& option, const std::string& directory,
                          const AppOwner& owner) {
  std::optional<std::string> named = option ? option : owner.env("MUSTER_APP");
  if (!option && named && named->empty()) named.reset();
  if (named && !is_app_name(*named)) return fail("'{}' cannot be an app's name", *named);
  if (named) return FoundApp{*named, {}, {}};
  auto apps = known_apps(owner);
  return app_upward(directory, owner, apps.value_or(std::vector<KnownApp>{}));
}

Result<Claim> claim_app(const Wanted& wanted, const AppOwner& owner) {
  auto some = endpoints_of(wanted.name.value_or("app"), owner.is_root, owner.uid, owner.env);
  if (!some) return tl::unexpected(some.error());
  Claim claim;
  auto turn = take_turn(*some, owner.uid);
  if (!turn) return tl::unexpected(turn.error());
  claim.turn = std::move(*turn);
  auto apps = known_apps(owner);
  if (!apps) return tl::unexpected(apps.error());
  const auto own =
      wanted.place ? apps_of(*apps, *wanted.place, false) : std::vector<const KnownApp*>();
  std::string name = wanted.name.value_or("");
  if (!wanted.name && wanted.place)
    name = own.empty() ? free_name(*apps, *wanted.place) : own.front()->endpoints.app;
  auto endpoints = endpoints_of(name, owner.is_root, owner.uid, owner.env);
  if (!endpoints) return tl::unexpected(endpoints.error());
  claim.endpoints = std::move(*endpoints);
  const KnownApp* app = app_called(*apps, name);
  if (wanted.name) {
    if (auto taken = take_given(claim, wanted, app, *apps); !taken)
      return tl::unexpected(taken.error());
  } else {
    if (app) claim.identity = app->kept.identity;
    if (own.empty()) claim.identity.place = *wanted.place;
  }
  if (wanted.place) look_anew(claim, *wanted.place);
  if (claim.directory.empty()) claim.directory = claim.identity.place.path;
  if (!wanted.name && claim.told.empty() && name != app_name_of(claim.directory))
    if (const KnownApp* first = app_called(*apps, app_name_of(claim.directory)))
      claim.told =
          fmt::format("app '{}' is that of {}; that of {} is called '{}'", first->endpoints.app,
                      has_owner(*first) && !first->kept.identity.place.path.empty()
                          ? first->kept.identity.place.path
                          : "no directory",
                      claim.directory, name);
  for (auto& other : *apps)
    if (other.endpoints.app != name) claim.others.push_back(std::move(other));
  return claim;
}

}  // namespace muster
