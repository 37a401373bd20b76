// See spawner.h.
#include "daemon/edge/launch/spawner.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <unistd.h>
#include <cerrno>
#include <utility>

#include "daemon/config/given_pipe.h"
#include "daemon/edge/launch/shell_command.h"

namespace muster {
namespace {

// The changes that muster-exec is to make to what it has inherited.
std::vector<std::string> exec_settings(const Surroundings& surroundings) {
  std::vector<std::string> words;
  if (auto& mask = surroundings.umask) words.push_back(fmt::format("umask={}", mask->bits));
  if (auto& nice = surroundings.nice) words.push_back(fmt::format("nice={}", nice->value));
  if (auto& limit = surroundings.nofile) words.push_back(fmt::format("nofile={}", limit->value));
  if (auto& limit = surroundings.core) words.push_back(fmt::format("core={}", limit->value));
  if (auto& score = surroundings.oom_score)
    words.push_back(fmt::format("oom_score={}", score->value));
  return words;
}

// Where somebody else looks on who is isolated.
bool enters_midst(const Launch& launch) {
  return launch.inside && (launch.inside->is_isolated || launch.inside->identity.pid == 0);
}

bool is_isolated(const Launch& launch) {
  return enters_midst(launch) || launch.surroundings.isolate.value_or(false);
}

// After it there is nothing else of the machine to be reached.
void add_isolation(const Launch& launch, std::vector<std::string>& words) {
  if (enters_midst(launch)) words.push_back(fmt::format("inside={}", launch.inside->identity.pid));
  const Surroundings& surroundings = launch.surroundings;
  if (!surroundings.isolate.value_or(false)) return;
  words.emplace_back("own_processes=");
  words.push_back(fmt::format("own_files={}", surroundings.disk.count));
  words.emplace_back("own_session=");
}

// Last, because after it nothing else may be allowed.
void add_identity(const Person& who, std::vector<std::string>& words) {
  if (who.user) words.push_back(fmt::format("groups={}", fmt::join(who.groups, ",")));
  if (who.group) words.push_back(fmt::format("gid={}", *who.group));
  if (who.user) words.push_back(fmt::format("uid={}", *who.user));
}

}  // namespace

Spawner::Spawner(Loop& loop, SpawnerOptions options, UniqueFd null, ProgramCopy exec_copy)
    : loop_(&loop),
      options_(std::move(options)),
      null_(std::move(null)),
      exec_copy_(std::move(exec_copy)) {
  for (char** entry = environ; *entry; ++entry) {
    std::string_view pair(*entry);
    size_t equals = pair.find('=');
    // No process has our own base port.
    if (pair.starts_with(given_pipe_prefix)) continue;
    if (equals != std::string_view::npos && pair.substr(0, equals) != "PORT")
      environment_.emplace(pair.substr(0, equals), pair.substr(equals + 1));
  }
}

Result<Spawner> Spawner::open(Loop& loop, SpawnerOptions options) {
  if (access(options.exec_program.c_str(), X_OK) != 0)
    return fail_errno(errno, "{}", options.exec_program);
  UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!null) return fail_errno(errno, "/dev/null");
  auto copy = ProgramCopy::read(options.exec_program);
  if (!copy) return tl::unexpected(copy.error());
  return Spawner(loop, std::move(options), std::move(null), std::move(*copy));
}

std::string Spawner::directory_of(const Launch& launch) const {
  const std::string& own = launch.surroundings.directory;
  std::string app =
      launch.code.empty() ? options_.directory : options_.checkouts + '/' + launch.code;
  if (own.empty()) return app;
  return own.front() == '/' ? own : app + '/' + own;
}

// An account that is no longer there has no yes to give.
Whereabouts Spawner::whereabouts(const Launch& launch, const Environment& mark, pid_t first) const {
  const auto who = find_account(launch.surroundings.account);
  if (!who) return {{"false"}, {}, {}};
  Whereabouts where{
      {options_.exec_program, directory_of(launch), std::to_string(options_.fd_limit)},
      environment(launch, mark, *who),
      {}};
  if (launch.surroundings.isolate.value_or(false)) {
    auto copy = exec_copy_.make();
    if (!copy) return {{"false"}, {}, {}};
    where.before[0] = path_of_descriptor(Whereabouts::program_fd);
    where.program = std::move(*copy);
    where.before.push_back(fmt::format("inside={}", first));
  }
  add_identity(*who, where.before);
  where.before.emplace_back("--");
  return where;
}

std::vector<std::string> Spawner::environment(const Launch& launch, const Environment& mark,
                                              const Person& who) const {
  auto environment = environment_;
  if (!who.name.empty()) {
    environment["USER"] = environment["LOGNAME"] = who.name;
    environment["HOME"] = who.home;
    environment["SHELL"] = who.shell;
  }
  if (has_terminal(launch)) environment.emplace("TERM", "xterm");
  // Into a pipe Python prints what it has when it ends, and nothing at all where it is killed.
  environment.emplace("PYTHONUNBUFFERED", "1");
  environment["PWD"] =
      directory_of(launch);  // as a shell would, which is not always there to do it
  for (auto* more : {&launch.env, &mark})
    for (auto& [name, value] : *more) environment[name] = value;
  std::vector<std::string> pairs;
  pairs.reserve(environment.size());
  for (auto& [name, value] : environment) pairs.push_back(fmt::format("{}={}", name, value));
  return pairs;
}

StartResult<std::unique_ptr<Child>> Spawner::spawn(const Launch& launch, LaunchPipes pipes,
                                                   const Environment& mark,
                                                   const Containment& inside,
                                                   std::function<void()> on_change) const {
  Child::Plan plan;
  const std::string directory = directory_of(launch);
  plan.argv = {options_.exec_program, directory, std::to_string(options_.fd_limit)};
  if (is_isolated(launch)) {
    auto copy = exec_copy_.make();
    if (!copy) return tl::unexpected(copy.error());
    plan.program = std::move(*copy);
  }
  auto settings = exec_settings(launch.surroundings);
  for (auto& cgroup : inside.to_enter)
    settings.push_back(fmt::format("enter={}/cgroup.procs", cgroup));
  add_isolation(launch, settings);
  if (launch.listen) settings.emplace_back("listen=");
  add_identity(pipes.owner, settings);
  if (has_terminal(launch)) settings.emplace_back("terminal=0");
  plan.argv.insert(plan.argv.end(), settings.begin(), settings.end());
  plan.argv.emplace_back("--");
  auto words = launch.argv.empty() ? shell_words(launch.command) : launch.argv;
  plan.argv.insert(plan.argv.end(), words.begin(), words.end());
  plan.environment = environment(launch, mark, pipes.owner);
  if (options_.open_input && launch.of_formation && !pipes.childs.in) {
    auto silent = silent_pipe(pipes.owner);
    if (!silent) return tl::unexpected(silent.error());
    pipes.childs.in = std::move(*silent);
  }
  const PipeEnds& childs = pipes.childs;
  plan.stdio = {childs.in ? childs.in.get() : null_.get(), childs.out.get(), childs.err.get(),
                pipes.childs_report.get()};
  if (launch.listen) {
    auto socket = options_.listener(*launch.listen);
    if (!socket) return tl::unexpected(socket.error());
    plan.stdio.push_back(*socket);
    plan.environment.emplace_back("LISTEN_FDS=1");
    plan.environment.push_back("LISTEN_FDNAMES=" + launch.process.type);
  }
  plan.cgroup = inside.cgroup.get();
  plan.only_in_cgroup = inside.is_limited && inside.cgroup;

  const bool plan_is_bound = plan.only_in_cgroup;
  auto child = Child::spawn(*loop_, std::move(plan), std::move(pipes.report), std::move(on_change));
  if (child) return std::move(*child);
  // Before exec a process, memory or a descriptor may be refused.
  int error = child.error();
  bool before_exec = error == EAGAIN || error == ENOMEM || error == EMFILE || error == ENFILE;
  return tl::unexpected(StartFailure{before_exec     ? "fork"
                                     : plan_is_bound ? "start in its cgroup"
                                                     : "exec " + options_.exec_program,
                                     error});
}

StartFailure Spawner::describe(const Launch& launch, const ExecReport& report) const {
  auto stage = [&]() -> std::string {
    switch (report.stage) {
      case ExecStage::arguments:
        return "muster-exec";
      case ExecStage::limits:
        return "set descriptor limit";
      case ExecStage::directory:
        return "chdir " + directory_of(launch);
      case ExecStage::niceness:
        return "set niceness";
      case ExecStage::core_limit:
        return "set core limit";
      case ExecStage::oom_score:
        return "set oom score";
      case ExecStage::cgroup:
        return "enter cgroup";
      case ExecStage::identity: {
        auto& [user, group] = launch.surroundings.account;
        return user.empty() ? "become group " + group : "become user " + user;
      }
      case ExecStage::terminal:
        return "take the terminal";
      case ExecStage::own_processes:
        return "isolate it from other processes";
      case ExecStage::inside:
        return "enter where the other process is";
      case ExecStage::privileges:
        return "give up privileges";
      case ExecStage::own_files:
        return "isolate it from the file systems";
      case ExecStage::begun:
        break;
      case ExecStage::program:
        return "exec " + (launch.argv.empty() ? shell_words(launch.command) : launch.argv).front();
    }
    return "start";
  };
  if (report.stage != ExecStage::own_processes && report.stage != ExecStage::own_files)
    return {stage(), report.number};
  auto reason = fail_errno(report.number, "{}", stage()).value().message;
  return {reason + (launch.process.type == one_off_type
                        ? "; ctl run --shared runs it in the real directory"
                        : "; isolate = false in muster.toml does without"),
          0};
}

}  // namespace muster
