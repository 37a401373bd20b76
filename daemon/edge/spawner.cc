// See spawner.h.
#include "daemon/edge/spawner.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <limits.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cerrno>
#include <utility>

#include "daemon/edge/machine.h"
#include "daemon/edge/shell_command.h"
#include "daemon/edge/terminal.h"
#include "proto/limits.h"

namespace muster {
namespace {

struct Ends {
  UniqueFd read, write;
};

StartResult<Ends> make_pipe(bool to_be_read_by_us) {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) return tl::unexpected(StartFailure{"pipe", errno});
  Ends ends{UniqueFd(fds[0]), UniqueFd(fds[1])};
  if (is_reserved(ends.write.get())) return tl::unexpected(StartFailure{"pipe", EMFILE});
  // Users without privileges may run out of pipe memory; a small pipe is good enough then.
  if (to_be_read_by_us) fcntl(ends.read.get(), F_SETPIPE_SZ, static_cast<int>(limits::pipe));
  return ends;
}

// The writing end, opened again for both.
void open_both_ways(UniqueFd& end) {
  UniqueFd both(open(fmt::format("/proc/self/fd/{}", end.get()).c_str(), O_RDWR | O_CLOEXEC));
  if (both) end = std::move(both);
}

UniqueFd duplicate(const UniqueFd& fd) { return UniqueFd(fcntl(fd.get(), F_DUPFD_CLOEXEC, 0)); }

// A terminal in the place of all three. There is nothing to be read from our `err`.
StartResult<void> connect_terminal(LaunchPipes& pipes, TerminalSize size) {
  auto terminal = open_terminal(size);
  if (!terminal) return tl::unexpected(StartFailure{"open a terminal", errno});
  auto nothing = make_pipe(false);
  if (!nothing) return tl::unexpected(nothing.error());
  pipes.ours.in = duplicate(terminal->ours);
  pipes.ours.err = std::move(nothing->read);
  pipes.ours.out = std::move(terminal->ours);
  pipes.childs.in = duplicate(terminal->theirs);
  pipes.childs.err = duplicate(terminal->theirs);
  pipes.childs.out = std::move(terminal->theirs);
  if (!pipes.ours.in || !pipes.childs.in || !pipes.childs.err)
    return tl::unexpected(StartFailure{"open a terminal", errno});
  if (is_reserved(pipes.childs.err.get()))
    return tl::unexpected(StartFailure{"open a terminal", EMFILE});
  return {};
}

StartResult<void> connect_pipes(LaunchPipes& pipes, bool with_input) {
  for (auto end : {&PipeEnds::out, &PipeEnds::err}) {
    auto ends = make_pipe(true);
    if (!ends) return tl::unexpected(ends.error());
    pipes.ours.*end = std::move(ends->read);
    pipes.childs.*end = std::move(ends->write);
    open_both_ways(pipes.childs.*end);
  }
  if (!with_input) return {};
  auto ends = make_pipe(false);
  if (!ends) return tl::unexpected(ends.error());
  pipes.ours.in = std::move(ends->write);
  pipes.childs.in = std::move(ends->read);
  return {};
}

// What muster-exec is to change of what it has inherited.
std::vector<std::string> exec_settings(const Surroundings& surroundings) {
  std::vector<std::string> words;
  if (auto& mask = surroundings.umask) words.push_back(fmt::format("umask={}", mask->bits));
  if (auto& nice = surroundings.nice) words.push_back(fmt::format("nice={}", nice->value));
  if (auto& limit = surroundings.nofile) words.push_back(fmt::format("nofile={}", limit->value));
  if (auto& limit = surroundings.core) words.push_back(fmt::format("core={}", limit->value));
  return words;
}

}  // namespace

Spawner::Spawner(Loop& loop, SpawnerOptions options, UniqueFd null)
    : loop_(&loop), options_(std::move(options)), null_(std::move(null)) {
  for (char** entry = environ; *entry; ++entry) {
    std::string_view pair(*entry);
    size_t equals = pair.find('=');
    if (equals != std::string_view::npos)
      environment_.emplace(pair.substr(0, equals), pair.substr(equals + 1));
  }
}

Result<Spawner> Spawner::open(Loop& loop, SpawnerOptions options) {
  if (access(options.exec_program.c_str(), X_OK) != 0)
    return fail_errno(errno, "{}", options.exec_program);
  UniqueFd null(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (!null) return fail_errno(errno, "/dev/null");
  return Spawner(loop, std::move(options), std::move(null));
}

std::string Spawner::directory_of(const Launch& launch) const {
  const std::string& own = launch.surroundings.directory;
  if (own.empty()) return options_.directory;
  return own.front() == '/' ? own : options_.directory + '/' + own;
}

StartResult<LaunchPipes> Spawner::make_pipes(const Launch& launch) const {
  LaunchPipes pipes;
  const auto& attached = launch.attached;
  auto connected = attached && attached->terminal ? connect_terminal(pipes, *attached->terminal)
                                                  : connect_pipes(pipes, attached.has_value());
  if (!connected) return tl::unexpected(connected.error());
  int report[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, report) != 0)
    return tl::unexpected(StartFailure{"socketpair", errno});
  pipes.report.reset(report[0]);
  pipes.childs_report.reset(report[1]);
  if (is_reserved(report[1])) return tl::unexpected(StartFailure{"socketpair", EMFILE});
  return pipes;
}

Whereabouts Spawner::whereabouts(const Launch& launch, const Environment& mark) const {
  Whereabouts where{directory_of(launch), {}};
  auto environment = environment_;
  environment["PWD"] = where.directory;  // as a shell would, which is not always there to do it
  for (auto* more : {&launch.env, &mark})
    for (auto& [name, value] : *more) environment[name] = value;
  for (auto& [name, value] : environment)
    where.environment.push_back(fmt::format("{}={}", name, value));
  return where;
}

StartResult<std::unique_ptr<Child>> Spawner::spawn(const Launch& launch, LaunchPipes pipes,
                                                   const Environment& mark, int cgroup,
                                                   std::function<void()> on_change) const {
  Child::Plan plan;
  const std::string directory = directory_of(launch);
  plan.argv = {options_.exec_program, directory, std::to_string(options_.fd_limit)};
  auto settings = exec_settings(launch.surroundings);
  if (launch.attached && launch.attached->terminal) settings.emplace_back("terminal=0");
  plan.argv.insert(plan.argv.end(), settings.begin(), settings.end());
  plan.argv.emplace_back("--");
  auto words = launch.argv.empty() ? shell_words(launch.command) : launch.argv;
  plan.argv.insert(plan.argv.end(), words.begin(), words.end());
  plan.environment = whereabouts(launch, mark).environment;
  const PipeEnds& childs = pipes.childs;
  plan.stdio = {childs.in ? childs.in.get() : null_.get(), childs.out.get(), childs.err.get(),
                pipes.childs_report.get()};
  plan.cgroup = cgroup;

  auto child = Child::spawn(*loop_, std::move(plan), std::move(pipes.report), std::move(on_change));
  if (child) return std::move(*child);
  // What may be refused before exec is a process, memory or a descriptor.
  int error = child.error();
  bool before_exec = error == EAGAIN || error == ENOMEM || error == EMFILE || error == ENFILE;
  return tl::unexpected(
      StartFailure{before_exec ? "fork" : "exec " + options_.exec_program, error});
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
      case ExecStage::terminal:
        return "take the terminal";
      case ExecStage::begun:
        break;
      case ExecStage::program:
        return "exec " + (launch.argv.empty() ? shell_words(launch.command) : launch.argv).front();
    }
    return "start";
  };
  return {stage(), report.number};
}

}  // namespace muster
