// musterd: from the command line to a running App. Options that cannot be used are refused here,
// before anything is started.
#include <fcntl.h>
#include <fmt/format.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/terminal_text.h"
#include "base/trusted_path.h"
#include "daemon/app_setup.h"
#include "daemon/config/given_pipe.h"
#include "daemon/edge/linux/fatal_signals.h"
#include "daemon/edge/linux/machine.h"
#include "daemon/edge/report/safe_formatter.h"
#include "daemon/edge/takeover/background.h"
#include "daemon/edge/takeover/keeper_link.h"
#include "daemon/edge/takeover/lock.h"
#include "daemon/options.h"
#include "router/poison.h"

namespace muster {
namespace {

constexpr size_t log_file_bytes = 4 << 20;
constexpr size_t log_files = 4;
constexpr int signal_base = 128;  // statuses above it are signals, as a shell reports them

// A caller that cannot be told, because stderr is on a full disk, is left the exit status.
void complain(const std::string& what) {
  std::string text = "musterd: ";
  append_terminal_safe_lines(what, text);
  (void)std::fputs((text + '\n').c_str(), stderr);
}

void log_to_stderr() {
  auto logger = spdlog::stderr_color_st("musterd");
  logger->set_formatter(safe_formatter("musterd: %^%l%$: %*"));
  spdlog::set_default_logger(std::move(logger));
}

// The library would create a file that every user can read, so it is made before; and a name that
// is no file is told, and not waited for.
void prepare_log_file(const std::string& path) {
  const auto file = open_regular(path, O_WRONLY | O_CREAT | O_APPEND);
  if (!file) throw spdlog::spdlog_ex(file.message());
  fchmod(file->get(), 0600);
}

Result<> log_to_file(const std::string& path) {
  try {
    spdlog::file_event_handlers handlers;
    handlers.before_open = prepare_log_file;
    auto logger =
        spdlog::rotating_logger_mt("musterd.log", path, log_file_bytes, log_files, false, handlers);
    logger->set_formatter(safe_formatter("%Y-%m-%dT%H:%M:%S.%f%z %l: %*"));
    logger->flush_on(spdlog::level::info);
    spdlog::set_default_logger(std::move(logger));
    return {};
  } catch (const spdlog::spdlog_ex& problem) {
    return fail("{}: {}", path, problem.what());
  }
}

// From the beginning, and what cannot be logged is no reason to leave the processes alone.
void log_of_successor(const DaemonOptions& options, AppSetup& setup) {
  if (options.background)
    if (Result<> logging = log_to_file(setup.endpoints.daemon_log()); !logging)
      setup.troubles.push_back(logging.message() + "; the daemon's own log is lost");
  for (auto& trouble : setup.troubles) spdlog::error("{}", trouble);
  const auto end = setup.keeper->last_end();
  if (!end || *end == signal_base) return;
  const char* signal = *end > signal_base ? sigabbrev_np(*end - signal_base) : nullptr;
  spdlog::warn("the supervisor before this one ended {}",
               signal ? fmt::format("by SIG{}", signal) : fmt::format("with status {}", *end));
}

// The locks are the keeper's from the first supervisor on; an earlier version had one of them.
Result<> lock_app(KeeperLink& keeper, const AppSetup& setup) {
  const Endpoints& places = setup.endpoints;
  const bool successor = static_cast<bool>(keeper.kept(Single::lock));
  const auto hold = [&](Single what, auto take) -> Result<> {
    if (keeper.kept(what)) return {};
    Result<UniqueFd> lock = take();
    // Where the state cannot be written now the other locks have to do.
    const bool is_second = what == Single::state_lock;
    if (!lock && is_second && access(places.state_lock_file().c_str(), F_OK) != 0) return {};
    if (!lock && !successor) return within(lock.error(), "app '{}'", places.app);
    if (lock && *lock) keeper.hold_lock(what, std::move(*lock));
    return {};
  };
  const auto of_file = [&](const std::string& path) {
    return [&, path] { return take_lock(path, keeper.pid(), setup.directory); };
  };
  Result<> held = hold(Single::state_lock, of_file(places.state_lock_file()));
  if (held) held = hold(Single::lock, of_file(places.lock_file()));
  if (held)
    held = hold(Single::name,
                [&] { return take_name(place_id(places.state_dir, places.runtime_dir)); });
  return held;
}

// Before anybody else may choose one. An app that is pushed from elsewhere has none until that is
// known.
Result<> keep_name(AppSetup& setup) {
  if (!setup.turn) return {};
  const KeptIdentity before = read_identity(setup.endpoints);
  const bool is_known = before.is_kept && before.identity == setup.identity;
  const bool is_none = setup.identity.place.path.empty() && !before.is_kept;
  Result<> kept;
  if (!is_known && !is_none) kept = keep_identity(setup.endpoints, setup.identity, Synced::yes);
  setup.turn.reset();
  return kept;
}

// That another one runs is what a user wants to know first.
tl::unexpected<Error> why_not(const Endpoints& places, const Error& problem) {
  Result<UniqueFd> name = take_name(place_id(places.state_dir, places.runtime_dir));
  return name ? tl::unexpected(problem) : within(name.error(), "app '{}'", places.app);
}

Result<int> run(const DaemonOptions& options, std::vector<std::string> command, KeeperLink& keeper,
                std::optional<Background>& background) {
  Result<AppSetup> setup = locate(options, keeper);
  if (!setup) return tl::unexpected(setup.error());
  const Endpoints endpoints = setup->endpoints;
  if (setup->is_successor) log_of_successor(options, *setup);
  if (Result<> prepared = prepare(options, *setup); !prepared)
    return tl::unexpected(prepared.error());
  setup->command = std::move(command);
  const Result<> made = setup->is_successor ? restore_directories(endpoints, geteuid())
                                            : create_directories(endpoints, geteuid());
  if (!made) return why_not(endpoints, made.error());
  if (Result<> kept = keep_name(*setup); !kept) return tl::unexpected(kept.error());
  if (Result<> locked = lock_app(keeper, *setup); !locked) return tl::unexpected(locked.error());
  if (options.background && !setup->is_successor) {
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

// The program that a user has started becomes the keeper, which starts us again as the supervisor.
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
  if (status) return *status;
  if (background)
    background->failed(status.message());
  else
    complain(status.message());
  if (!keeper) return 1;
  // While there may be processes to look after, the keeper tries again: only a shutdown is final.
  if ((*keeper)->goes_on())
    spdlog::error("{}; the keeper will try again", status.message());
  else
    (*keeper)->finish(1);
  return 1;
}

// Closes the descriptors of the program that started us: a lock that it holds, or the end of a
// pipe, does not wait for the daemon.
void close_what_was_inherited() { syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0U); }

int start(int argc, char** argv) {
  occupy_standard_fds();
  const auto socket = number_of_variable(keeper::socket_variable);
  ParsedOptions parsed = parse_options(argc, argv);
  if (!parsed.options) return parsed.exit_status;
  if (!socket) {
    for (auto& path : parsed.options->env_files) take_given_pipe(path);
    close_what_was_inherited();
  }
  if (auto refusal = socket ? std::nullopt : refuse_few_fds()) {
    complain(*refusal);
    return 1;
  }
  log_to_stderr();
  std::signal(SIGPIPE, SIG_IGN);
  before_fatal_signals(note_fatal_error);
  std::signal(SIGXFSZ, SIG_IGN);  // a file at its limit is as a full disk: EFBIG
  // By default they would end us, and mean nothing to us: muster-exec gives them back to programs.
  for (int number :
       {SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGPWR, SIGSTKFLT, SIGXCPU})
    std::signal(number, SIG_IGN);
  for (int number = SIGRTMIN; number <= SIGRTMAX; ++number) std::signal(number, SIG_IGN);
  // The program that started us may have blocked the very signals that are to end us.
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
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
