// See app_setup.h.
#include "daemon/app_setup.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "base/pace.h"
#include "daemon/config/formation.h"
#include "daemon/edge/linux/machine.h"
#include "daemon/edge/store/release_file.h"
#include "daemon/edge/watch/files_check.h"
#include "proto/naming.h"

namespace muster {
namespace {

constexpr uint32_t usual_port = 5000;

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

ForegroundStyle foreground_style(const DaemonOptions& options, const std::string& app,
                                 const AppModel& model) {
  ForegroundStyle style;
  for (auto& type : model.types) style.types.push_back(type.name);
  const bool is_terminal = isatty(STDOUT_FILENO);
  style.look = line_look(is_terminal, wants_colours(options.color, is_terminal, environment));
  style.timestamp = options.timestamp;
  if (options.json) style.json_of = app;
  return style;
}

bool is_deployed(const Endpoints& endpoints) {
  const Result<Releases> releases = ReleaseFile::load(endpoints.releases_file());
  return releases && !releases->current().code.empty();
}

// An earlier version has kept none.
void take_identity(AppSetup& setup) {
  KeptIdentity kept = read_identity(setup.endpoints);
  setup.identity = std::move(kept.identity);
  const bool is_its = !setup.directory.starts_with(setup.endpoints.state_dir + '/');
  if (kept.is_kept || !is_its || !setup.identity.place.path.empty()) return;
  setup.identity.place = {setup.directory, setup.directory, {}};
  setup.identity.is_given = setup.endpoints.app != app_name_of(setup.directory);
  (void)keep_identity(setup.endpoints, setup.identity, Synced::no);
}

// Where the app's own directory and its files are.
Result<> find_places(const DaemonOptions& options, AppSetup& setup) {
  const AppOwner owner{geteuid() == 0, geteuid(), environment};
  if (setup.is_successor && !setup.kept.empty()) {
    const InForce& last = setup.kept.back();
    Result<Endpoints> endpoints = endpoints_of(last.app, owner.is_root, owner.uid, environment);
    if (!endpoints) return tl::unexpected(endpoints.error());
    setup.endpoints = std::move(*endpoints);
    setup.directory = last.directory;
    take_identity(setup);
    return {};
  }
  Result<AppPlace> place = place_of(options.directory, environment);
  if (!place && !options.app) return within(place.error(), "app directory");
  Wanted wanted{options.app, {}, is_deployed};
  if (place) wanted.place = *place;
  Result<Claim> claim = claim_app(wanted, owner);
  if (!claim) return tl::unexpected(claim.error());
  if (!claim->told.empty()) spdlog::warn("{}", claim->told);
  setup.endpoints = std::move(claim->endpoints);
  setup.directory = place ? claim->directory : options.directory;
  setup.identity = std::move(claim->identity);
  setup.turn = std::move(claim->turn);
  for (auto& other : claim->others)
    setup.others_ports.push_back(std::max(other.kept.identity.base_port, usual_port));
  return {};
}

// The command of the newest release, be it read or kept.
const std::string& current_code(const AppSetup& setup) {
  const Release& read = setup.releases.current();
  if (setup.kept.empty() || read.number >= setup.kept.back().release.number) return read.code;
  return setup.kept.back().release.code;
}

ModelFiles files_of(const DaemonOptions& options, const AppSetup& setup) {
  const std::string& code = current_code(setup);
  return {code.empty() ? setup.directory : setup.endpoints.checkouts_dir() + '/' + code,
          options.procfile, options.env_files, !code.empty()};
}

// Without its config vars an app is not the same, so a user is refused where they cannot be read.
Result<> take_releases(AppSetup& setup) {
  Result<Releases> releases = ReleaseFile::load(setup.endpoints.releases_file());
  if (releases) {
    setup.releases = std::move(*releases);
    return {};
  }
  setup.releases_unreadable = releases.error();
  if (!setup.is_successor) return tl::unexpected(releases.error());
  if (setup.kept.empty())
    setup.releases_trouble = releases.message() + "; going on without config vars";
  return {};
}

bool is_listened_on(uint32_t port) {
  const UniqueFd probe(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int yes = 1;
  setsockopt(probe.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  return bind(probe.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 &&
         errno == EADDRINUSE;
}

// Room for ten types each. Where all is taken it is the usual one, and programs will say so.
uint32_t free_base(const std::vector<uint32_t>& others) {
  constexpr uint32_t step = 1000, last = 31000;  // below what the kernel gives out by itself
  for (uint32_t port = usual_port; port <= last; port += step) {
    const auto is_near = [&](uint32_t other) { return other < port + step && port < other + step; };
    if (std::none_of(others.begin(), others.end(), is_near) && !is_listened_on(port)) return port;
  }
  return usual_port;
}

bool is_set(const Environment& env, std::string_view wanted) {
  return std::any_of(env.begin(), env.end(), [&](auto& variable) {
    return variable.first == wanted && !variable.second.empty();
  });
}

// A base that was chosen once, by a user or because it was free, is the app's for ever. The PORT of
// .env counts as long as it stands there.
Result<> take_base_port(const DaemonOptions& options, const std::string& port_place,
                        AppSetup& setup) {
  const bool in_env = !port_place.empty();
  const bool is_said = options.base_port || in_env || !environment("PORT").value_or("").empty();
  Result<uint32_t> said = base_port(options.base_port, setup.model.env, environment);
  if (!said) return tl::unexpected(said.error());
  uint32_t& kept = setup.identity.base_port;
  if (is_said) {
    setup.core.base_port = *said;
    if (options.base_port || !in_env)
      kept = *said;
    else if (is_set(setup.model.env, "PORT"))
      spdlog::info("PORT={} is from {}", *said, port_place);
    return {};
  }
  // The app of an earlier version had the usual one.
  const bool has_run = access(setup.endpoints.formation_file().c_str(), F_OK) == 0;
  if (kept == 0) kept = has_run || !setup.turn ? usual_port : free_base(setup.others_ports);
  setup.core.base_port = kept;
  if (kept != usual_port) spdlog::info("ports begin at {}", kept);
  return {};
}

// As for a fresh start.
Result<> take_files(const DaemonOptions& options, AppSetup& setup) {
  if (setup.files.directory == setup.directory)
    if (auto directory = place_of(options.directory, environment); !directory)
      return within(directory.error(), "app directory");
  Result<LoadedModel> loaded =
      setup.is_successor ? load_model(setup.files) : load_flawless_model(setup.files);
  if (!loaded) return tl::unexpected(loaded.error());
  for (auto& complaint : loaded->complaints) spdlog::warn("{}", complaint.text());
  for (auto& error : loaded->errors) {
    spdlog::error("{}; it is left out", error.text());
    setup.files_trouble = error.text() + "; it is left out";
  }
  if (!setup.kept.empty()) setup.files_changed = !(loaded->model == setup.kept.back().model);
  setup.model = std::move(loaded->model);
  return take_base_port(options, loaded->port_place, setup);
}

// It counts at a fresh start alone.
Result<> take_formation(const DaemonOptions& options, AppSetup& setup) {
  if (!options.formation || setup.is_successor) return {};
  Result<FormationCounts> formation = parse_formation_option(*options.formation, setup.model.types);
  if (!formation) return within(formation.error(), "-m {}", *options.formation);
  setup.formation = std::move(*formation);
  return {};
}

void say_what_stays(AppSetup& setup, const std::string& why) {
  setup.files_trouble = why + "; what was in force stays, until ctl reload";
}

// The processes that live are not asked again with what they were launched.
void look_at_files(AppSetup& setup) {
  setup.model = setup.kept.back().model;
  // An earlier version has not kept it.
  if (setup.model.root.empty()) setup.model.root = resolved_directory(setup.files.directory);
  const FilesCheck check = check_files(setup.files, setup.model);
  if (check.outcome == FilesCheck::Outcome::wrong) say_what_stays(setup, check.why);
  setup.files_changed = check.outcome == FilesCheck::Outcome::changed;
}

}  // namespace

Result<AppSetup> locate(const DaemonOptions& options, KeeperLink& keeper) {
  AppSetup setup;
  setup.keeper = &keeper;
  setup.is_successor = keeper.goes_on();
  setup.kept = InForceFile::read(keeper.kept(Single::in_force));
  setup.core.stop_grace = options.stop_grace;
  setup.core.usual = usual_of_children();
  setup.core.boot_timeout = paced("MUSTER_BOOT_TIMEOUT_MS", setup.core.boot_timeout);
  setup.core.probation = paced("MUSTER_PROBATION_MS", setup.core.probation);
  setup.core.backoff_base = paced("MUSTER_BACKOFF_MS", setup.core.backoff_base);
  setup.core.exit_on = options.exit_on;
  setup.journal = options.journal;
  if (Result<> places = find_places(options, setup); !places) return tl::unexpected(places.error());
  if (setup.kept.empty())
    setup.kept = InForceFile::read(setup.endpoints.runtime_dir + in_force_name);
  return setup;
}

Result<> prepare(const DaemonOptions& options, AppSetup& setup) {
  Result<> taken = take_releases(setup);
  setup.files = files_of(options, setup);
  if (setup.is_successor && !setup.kept.empty()) {
    look_at_files(setup);
  } else {
    if (Result<> files = take_files(options, setup); !files) {
      if (!setup.kept.empty()) setup.model = setup.kept.back().model;
      say_what_stays(setup, files.message());
      if (taken) taken = files;
    }
    if (taken) taken = take_formation(options, setup);
    if (!taken && setup.kept.empty()) return taken;
    if (!taken) setup.unusable = taken.error();
  }
  if (!options.background)
    setup.foreground = foreground_style(options, setup.endpoints.app, setup.model);
  return {};
}

// Otherwise the app would never end, and a CI job that waits for it would not either.
Result<> exit_on_can_come(const AppSetup& setup, const FormationCounts& wish) {
  if (setup.is_successor || !setup.core.exit_on) return {};
  const std::string& type = *setup.core.exit_on;
  const ProcessType* found = setup.model.find(type);
  if (!found) {
    std::vector<std::string> names;
    for (auto& one : setup.model.types) names.push_back(one.name);
    return fail("--exit-on {0}: there is no process type '{0}', but {1}", type,
                fmt::join(names, ", "));
  }
  if (const Scalability able = scalability(*found); able.most == 0)
    return fail("--exit-on {}: {}", type, able.why);
  const auto count = wish.find(type);
  if (count == wish.end() || count->second == 0)
    return fail("--exit-on {}: the formation has no process of it; -m sets another one", type);
  return {};
}

}  // namespace muster
