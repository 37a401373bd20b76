// musterd: from the command line to a running App. What can be refused is refused here, before
// anything is started.
#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "daemon/app.h"
#include "daemon/config/formation.h"
#include "daemon/edge/background.h"
#include "daemon/edge/fatal_signals.h"
#include "daemon/edge/keeper_link.h"
#include "daemon/edge/lock.h"
#include "daemon/edge/machine.h"
#include "daemon/edge/release_file.h"
#include "daemon/options.h"
#include "router/poison.h"

namespace muster {
namespace {

constexpr size_t log_file_bytes = 4 << 20;
constexpr size_t log_files = 4;

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

// Whoever cannot be told, because stderr is on a full disk, is left the exit status.
void complain(const std::string& what) {
  (void)std::fputs(fmt::format("musterd: {}\n", what).c_str(), stderr);
}

void log_to_stderr() {
  auto logger = spdlog::stderr_color_st("musterd");
  logger->set_pattern("musterd: %^%l%$: %v");
  spdlog::set_default_logger(std::move(logger));
}

Result<> log_to_file(const std::string& path) {
  try {
    auto logger = spdlog::rotating_logger_mt("musterd.log", path, log_file_bytes, log_files);
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%f%z %l: %v");
    logger->flush_on(spdlog::level::info);
    spdlog::set_default_logger(std::move(logger));
    return {};
  } catch (const spdlog::spdlog_ex& problem) {
    return fail("{}: {}", path, problem.what());
  }
}

Result<std::string> resolve_directory(const std::string& directory) {
  char resolved[PATH_MAX];
  if (!realpath(directory.c_str(), resolved)) return fail_errno(errno, "{}", directory);
  return std::string(resolved);
}

ForegroundStyle foreground_style(const DaemonOptions& options, const AppModel& model) {
  ForegroundStyle style;
  for (auto& type : model.types) style.types.push_back(type.name);
  style.escape = isatty(STDOUT_FILENO);
  style.color = style.escape && options.color && !environment("NO_COLOR");
  style.timestamp = options.timestamp;
  return style;
}

// A user can still be refused; a successor goes on with what can be read, whatever was done to the
// files meanwhile.
Result<LoadedModel> load(const ModelFiles& files, bool successor) {
  Result<LoadedModel> loaded = successor ? load_model(files) : load_flawless_model(files);
  if (!loaded) return loaded;
  for (auto& complaint : loaded->complaints) spdlog::warn("{}", complaint.text());
  for (auto& error : loaded->errors) spdlog::error("{}; it is left out", error.text());
  return loaded;
}

// Without its config vars an app is not the same, so a user is refused where they cannot be read.
Result<Releases> load_releases(const Endpoints& endpoints, bool successor) {
  Result<Releases> releases = ReleaseFile::load(endpoints.releases_file());
  if (releases || !successor) return releases;
  spdlog::error("{}; going on without config vars", releases.message());
  return Releases();
}

Result<AppSetup> prepare(const DaemonOptions& options, bool successor) {
  AppSetup setup;
  Result<std::string> directory = resolve_directory(options.directory);
  if (!directory && !options.app) return within(directory.error(), "app directory");
  setup.directory = directory.value_or(options.directory);

  std::string app = options.app.value_or(app_name_of(setup.directory));
  if (!is_app_name(app))
    return fail("'{}' cannot be the name of an app: letters, digits, '_', '.' and '-', at most 63",
                app);
  Result<Endpoints> endpoints = endpoints_of(app, geteuid() == 0, geteuid(), environment);
  if (!endpoints) return tl::unexpected(endpoints.error());
  setup.endpoints = *endpoints;

  Result<Releases> releases = load_releases(setup.endpoints, successor);
  if (!releases) return tl::unexpected(releases.error());
  setup.releases = std::move(*releases);
  const std::string& code = setup.releases.current().code;
  if (code.empty() && !directory) return within(directory.error(), "app directory");
  const std::string from =
      code.empty() ? setup.directory : setup.endpoints.checkouts_dir() + '/' + code;
  setup.files = {from, options.procfile, options.env_files};
  Result<LoadedModel> loaded = load(setup.files, successor);
  if (!loaded) return tl::unexpected(loaded.error());
  setup.model = std::move(loaded->model);

  if (options.formation) {
    Result<FormationCounts> formation =
        parse_formation_option(*options.formation, setup.model.types);
    if (!formation) return within(formation.error(), "-m {}", *options.formation);
    setup.formation = std::move(*formation);
  }
  Result<uint32_t> port = base_port(options.base_port, setup.model.env, environment);
  if (!port) return tl::unexpected(port.error());
  setup.core.base_port = *port;
  setup.core.stop_grace = options.stop_grace;
  setup.journal = options.journal;
  if (!options.background) setup.foreground = foreground_style(options, setup.model);
  return setup;
}

// The lock is the keeper's from the first supervisor on.
Result<> lock_app(KeeperLink& keeper, const AppSetup& setup) {
  if (keeper.lock()) return {};
  Result<UniqueFd> lock = take_lock(setup.endpoints.lock_file(), keeper.pid(), setup.directory);
  if (!lock) return within(lock.error(), "app '{}'", setup.endpoints.app);
  keeper.lock() = std::move(*lock);
  keeper.keep_lock(keeper.lock().get());
  return {};
}

Result<int> run(const DaemonOptions& options, std::vector<std::string> command, KeeperLink& keeper,
                std::optional<Background>& background) {
  const bool successor = static_cast<bool>(keeper.lock());
  Result<AppSetup> setup = prepare(options, successor);
  if (!setup) return tl::unexpected(setup.error());
  setup->keeper = &keeper;
  setup->command = std::move(command);
  const Endpoints endpoints = setup->endpoints;
  if (Result<> made = create_directories(endpoints, geteuid()); !made)
    return tl::unexpected(made.error());
  if (Result<> locked = lock_app(keeper, *setup); !locked) return tl::unexpected(locked.error());
  if (options.background) {
    if (Result<> logging = log_to_file(endpoints.daemon_log()); !logging)
      return tl::unexpected(logging.error());
  }
  auto app = App::open(std::move(*setup));
  if (!app) return tl::unexpected(app.error());
  std::optional<int> status = (*app)->run([&] {
    keeper.ready();
    if (background) background->ready();
  });
  if (!status) std::_Exit(0);
  app->reset();
  remove_sockets(endpoints);  // under the lock still: they cannot be a successor's
  return *status;
}

// This very program, by its full path, with the arguments that it was given.
std::vector<std::string> command_of(char** argv) {
  std::vector<std::string> command{find_beside_us("musterd")};
  while (*++argv) command.emplace_back(*argv);
  return command;
}

// What was started by a user becomes the keeper, which starts us again as the supervisor.
int become_keeper(const DaemonOptions& options, char** argv) {
  std::optional<Background> background;
  if (options.background) {
    Result<Background> entered = Background::enter();
    if (!entered) {
      complain(entered.message());
      return 1;
    }
    background = std::move(*entered);
  }
  const Error problem =
      muster::become_keeper(command_of(argv), background ? background->report() : -1);
  if (background)
    background->failed(problem.message);
  else
    complain(problem.message);
  return 1;
}

int supervise(const DaemonOptions& options, char** argv, int socket) {
  std::optional<Background> background;
  if (auto report = number_of_variable(keeper::report_variable)) {
    fcntl(*report, F_SETFD, FD_CLOEXEC);
    background = Background::resume(UniqueFd(*report));
  }
  auto keeper = KeeperLink::open(socket);
  Result<int> status = tl::unexpected(Error{});
  if (keeper)
    status = run(options, command_of(argv), **keeper, background);
  else
    status = tl::unexpected(keeper.error());
  if (!status && background)
    background->failed(status.message());
  else if (!status)
    complain(status.message());
  if (!status && keeper) (*keeper)->finish(1);
  return status.value_or(1);
}

int start(int argc, char** argv) {
  occupy_standard_fds();
  ParsedOptions parsed = parse_options(argc, argv);
  if (!parsed.options) return parsed.exit_status;
  log_to_stderr();
  std::signal(SIGPIPE, SIG_IGN);
  before_fatal_signals(note_fatal_error);
  std::signal(SIGXFSZ, SIG_IGN);  // a file at its limit is as a full disk: EFBIG
  // Whoever started us may have blocked the very signals that are to end us.
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  auto socket = number_of_variable(keeper::socket_variable);
  return socket ? supervise(*parsed.options, argv, *socket) : become_keeper(*parsed.options, argv);
}

}  // namespace
}  // namespace muster

int main(int argc, char** argv) {
  try {
    return muster::start(argc, argv);
  } catch (const std::exception& problem) {
    muster::complain(problem.what());
    return 1;
  }
}
