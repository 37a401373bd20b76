// See launch_pipes.h.
#include "daemon/edge/launch/launch_pipes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cerrno>
#include <utility>

#include "base/write_all.h"
#include "daemon/edge/linux/machine.h"
#include "daemon/edge/linux/terminal.h"
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

// A process that opens /dev/stdout again has to be allowed to. Where we are not, the launch will
// say what else we are not allowed.
StartResult<void> give_to_owner(const Person& owner, int end) {
  if (owner.user && fchown(end, *owner.user, gid_t(-1)) != 0 && errno != EPERM)
    return tl::unexpected(StartFailure{"fchown", errno});
  return {};
}

// A terminal in the place of all three. There is nothing to be read from our `err`.
StartResult<void> connect_terminal(LaunchPipes& pipes, TerminalSize size) {
  auto terminal = open_terminal(size);
  if (!terminal) return tl::unexpected(StartFailure{"open a terminal", errno});
  auto nothing = make_pipe(false);
  if (!nothing) return tl::unexpected(nothing.error());
  if (auto given = give_to_owner(pipes.owner, terminal->theirs.get()); !given) return given;
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

// Its output takes the way of what is printed into a pipe: through our `out`, into which only we
// write. The terminal itself is our `err`.
StartResult<void> connect_console(LaunchPipes& pipes) {
  constexpr TerminalSize usual_size{24, 80};
  if (auto connected = connect_terminal(pipes, usual_size); !connected) return connected;
  auto way = make_pipe(true);
  if (!way) return tl::unexpected(way.error());
  pipes.ours.in.reset();
  pipes.ours.err = std::exchange(pipes.ours.out, std::move(way->read));
  return {};
}

StartResult<void> connect_pipes(LaunchPipes& pipes, bool with_input) {
  for (auto end : {&PipeEnds::out, &PipeEnds::err}) {
    auto ends = make_pipe(true);
    if (!ends) return tl::unexpected(ends.error());
    pipes.ours.*end = std::move(ends->read);
    pipes.childs.*end = std::move(ends->write);
    open_both_ways(pipes.childs.*end);
    if (auto given = give_to_owner(pipes.owner, (pipes.ours.*end).get()); !given) return given;
  }
  if (!with_input) return {};
  auto ends = make_pipe(false);
  if (!ends) return tl::unexpected(ends.error());
  pipes.ours.in = std::move(ends->write);
  pipes.childs.in = std::move(ends->read);
  return {};
}

// A file in memory, so that no process has to live until it was read.
StartResult<UniqueFd> file_with(const std::string& text) {
  UniqueFd file(memfd_create("stdin", MFD_CLOEXEC));
  if (!file) return tl::unexpected(StartFailure{"memfd_create", errno});
  if (is_reserved(file.get())) return tl::unexpected(StartFailure{"memfd_create", EMFILE});
  if (!write_all(file.get(), text) || lseek(file.get(), 0, SEEK_SET) != 0)
    return tl::unexpected(StartFailure{"write its stdin", errno});
  return file;
}

}  // namespace

bool has_terminal(const Launch& launch) {
  return launch.attached ? launch.attached->terminal.has_value()
                         : launch.surroundings.tty.value_or(false);
}

StartResult<UniqueFd> silent_pipe(const Person& owner) {
  auto ends = make_pipe(false);
  if (!ends) return tl::unexpected(ends.error());
  open_both_ways(ends->write);
  if (auto given = give_to_owner(owner, ends->write.get()); !given)
    return tl::unexpected(given.error());
  return std::move(ends->write);
}

UniqueFd ended_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return {};
  close(ends[1]);
  return UniqueFd(ends[0]);
}

bool is_at_end(int pipe) {
  pollfd looked{pipe, POLLIN, 0};
  return poll(&looked, 1, 0) == 1 && (looked.revents & POLLIN) == 0;
}

StartResult<LaunchPipes> make_pipes(const Launch& launch) {
  LaunchPipes pipes;
  auto owner = find_account(launch.surroundings.account);
  if (!owner) return tl::unexpected(owner.error());
  pipes.owner = std::move(*owner);
  const auto& attached = launch.attached;
  auto connected = attached && attached->terminal ? connect_terminal(pipes, *attached->terminal)
                   : has_terminal(launch)         ? connect_console(pipes)
                                                  : connect_pipes(pipes, attached.has_value());
  if (!connected) return tl::unexpected(connected.error());
  if (!launch.input.empty()) {
    auto input = file_with(launch.input);
    if (!input) return tl::unexpected(input.error());
    pipes.childs.in = std::move(*input);
  }
  int report[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, report) != 0)
    return tl::unexpected(StartFailure{"socketpair", errno});
  pipes.report.reset(report[0]);
  pipes.childs_report.reset(report[1]);
  if (is_reserved(report[1])) return tl::unexpected(StartFailure{"socketpair", EMFILE});
  return pipes;
}

}  // namespace muster
