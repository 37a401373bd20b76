// See consoles.h.
#include "daemon/edge/consoles.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include "base/uv/poll.h"
#include "daemon/edge/input_queue.h"
#include "daemon/edge/launch_pipes.h"
#include "daemon/edge/terminal.h"
#include "proto/limits.h"

namespace muster {
namespace {

// What a terminal may bring in one go, before the others get theirs.
constexpr size_t quantum = 64 << 10;
// A terminal holds less than this, so that so many rounds read all of it.
constexpr int drain_rounds = 16;
// What waits for a viewer that does not grant.
constexpr size_t pending_limit = 1 << 20;

UniqueFd open_write_end(int pipe) {
  return UniqueFd(
      ::open(fmt::format("/proc/self/fd/{}", pipe).c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
}

}  // namespace

struct Consoles::Viewer {
  ClientId client;
  uint64_t request_id = 0;
  uint32_t credit = 0;
  std::string pending;
  uint64_t skipped = 0;  // bytes behind what is pending
  uint32_t inputs = 0;   // that came since it was granted more
  bool lost = false;
};

struct Consoles::Console {
  UniqueFd terminal, to_log;
  std::unique_ptr<Poll> readable, room;  // until its end
  std::unique_ptr<InputQueue> input;
  bool hung_up = false;  // nobody has the other side open any more
};

Consoles::Consoles(Loop& loop, Intake& log, Send send)
    : loop_(loop), log_(log), send_(std::move(send)), turn_(loop, [this] { hang_up(); }) {}

Consoles::~Consoles() = default;

Result<> Consoles::open(const Launch& launch, PipeEnds ends) {
  if (!is_terminal(ends.err.get())) return log_.open(launch, std::move(ends));
  return open_console(launch, std::move(ends));
}

Result<> Consoles::open_console(const Launch& launch, PipeEnds ends) {
  auto console = std::make_unique<Console>();
  auto* raw = console.get();
  const LaunchId id = launch.launch;
  console->terminal = std::exchange(ends.err, ended_pipe());
  console->to_log = open_write_end(ends.out.get());
  UniqueFd keyboard(fcntl(console->terminal.get(), F_DUPFD_CLOEXEC, 0));
  if (!console->to_log || !ends.err || !keyboard) return fail_errno(errno, "terminal");
  if (auto opened = log_.open(launch, std::move(ends)); !opened) return opened;
  log_.comes_from_terminal(id, [this, id](std::string_view bytes) { show(id, bytes); });
  // What does not fit into the pipe stays in the terminal, and the program waits.
  console->readable = std::make_unique<Poll>(loop_, console->terminal.get(), [this, raw] {
    if (feed(*raw) || raw->hung_up) return;
    raw->readable->watch(Poll::nothing);
    raw->room->watch(Poll::writable);
  });
  console->room = std::make_unique<Poll>(loop_, console->to_log.get(), [raw] {
    raw->room->watch(Poll::nothing);
    raw->readable->watch(Poll::readable);
  });
  console->input =
      std::make_unique<InputQueue>(loop_, std::move(keyboard), [this, id] { grant_inputs(id); });
  consoles_[id] = std::move(console);
  return {};
}

void Consoles::begin(LaunchId launch) {
  log_.begin(launch);
  auto found = consoles_.find(launch);
  if (found != consoles_.end() && !found->second->hung_up)
    found->second->readable->watch(Poll::readable);
}

// Moves some of what the terminal has; false if there was nothing, or no room for it.
bool Consoles::feed(Console& console) {
  if (console.hung_up) return false;
  const ssize_t moved = splice(console.terminal.get(), nullptr, console.to_log.get(), nullptr,
                               quantum, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
  if (moved > 0 || (moved < 0 && errno == EINTR)) return true;
  if (moved < 0 && errno == EAGAIN) return false;
  console.hung_up = true;
  console.readable->watch(Poll::nothing);
  turn_.on();
  return false;
}

// The log sees the end of its pipe.
void Consoles::hang_up() {
  turn_.off();
  for (auto& [launch, console] : consoles_) {
    if (!console->hung_up || !console->to_log) continue;
    console->readable.reset();
    console->room.reset();
    console->input.reset();
    console->to_log.reset();
  }
}

void Consoles::drain(LaunchId launch) {
  auto found = consoles_.find(launch);
  if (found == consoles_.end()) return log_.drain(launch);
  Console& console = *found->second;
  for (int round = 0; round < drain_rounds && feed(console); ++round) log_.drain(launch);
  hang_up();
  log_.drain(launch);
}

std::array<int, 2> Consoles::pipes(LaunchId launch) const {
  auto pipes = log_.pipes(launch);
  if (auto found = consoles_.find(launch); found != consoles_.end())
    pipes[1] = found->second->terminal.get();
  return pipes;
}

void Consoles::close(LaunchId launch) {
  log_.close(launch);
  consoles_.erase(launch);
}

void Consoles::attach(const Attach& wanted) {
  const auto& [client, request_id, credit, size] = wanted.to;
  auto found = consoles_.find(wanted.launch);
  if (found == consoles_.end() || found->second->hung_up) {
    send_(client, Reply{request_id, false,
                        RefusedReply{Refusal::no,
                                     fmt::format("{} has no terminal; `tty = true` in muster.toml "
                                                 "gives it one when it is restarted",
                                                 wanted.process.text())}});
    return;
  }
  Console& console = *found->second;
  if (size) set_terminal_size(console.terminal.get(), *size);
  viewers_[wanted.launch].push_back(
      {client, request_id, std::min(credit, limits::credit_messages), {}});
  send_(client, Reply{request_id, true, RunStartedReply{wanted.process.text()}});
}

bool Consoles::take(const ClientId& client, const Request& request) {
  for (auto& [launch, viewers] : viewers_) {
    auto found = std::find_if(viewers.begin(), viewers.end(), [&](const Viewer& viewer) {
      return viewer.client == client && viewer.request_id == request.id;
    });
    if (found == viewers.end()) continue;
    if (std::holds_alternative<CancelRequest>(request.body))
      viewers.erase(found);
    else
      take(launch, *found, request.body);
    return true;
  }
  return false;
}

void Consoles::take(LaunchId launch, Viewer& viewer, const RequestBody& body) {
  if (auto* credit = std::get_if<CreditRequest>(&body)) {
    viewer.credit = std::min(viewer.credit + std::min(credit->messages, limits::credit_messages),
                             limits::credit_messages);
    return send_on(viewer);
  }
  auto console = consoles_.find(launch);
  if (console == consoles_.end() || !console->second->input) return;
  if (auto* input = std::get_if<InputRequest>(&body)) {
    ++viewer.inputs;
    console->second->input->add(input->data, false);
  } else if (auto* resize = std::get_if<ResizeRequest>(&body)) {
    set_terminal_size(console->second->terminal.get(), resize->terminal);
  }
}

void Consoles::end(LaunchId launch, int status) {
  auto viewers = viewers_.extract(launch);
  if (!viewers) return;
  for (auto& viewer : viewers.mapped())
    send_(viewer.client, Reply{viewer.request_id, false, RunExitedReply{status}});
}

void Consoles::forget(const ClientId& client) {
  for (auto& [launch, viewers] : viewers_)
    std::erase_if(viewers, [&](auto& viewer) { return viewer.client == client; });
}

// In the way of a line: a viewer that is gone is forgotten later, when its connection is seen to
// have ended.
void Consoles::show(LaunchId launch, std::string_view bytes) {
  auto found = viewers_.find(launch);
  if (found == viewers_.end()) return;
  for (auto& viewer : found->second) {
    if (viewer.skipped > 0 || viewer.pending.size() + bytes.size() > pending_limit)
      viewer.skipped += bytes.size();
    else
      viewer.pending += bytes;
    send_on(viewer);
  }
}

void Consoles::send_on(Viewer& viewer) {
  while (viewer.credit > 0 && !viewer.lost) {
    if (viewer.pending.empty() && viewer.skipped > 0)
      viewer.pending = fmt::format("\r\n[{} bytes are not shown here, but in the log]\r\n",
                                   std::exchange(viewer.skipped, 0));
    if (viewer.pending.empty()) return;
    std::string data = viewer.pending.substr(0, limits::output_message);
    viewer.pending.erase(0, data.size());
    --viewer.credit;
    viewer.lost = !send_(viewer.client, Reply{viewer.request_id, true,
                                              RunOutputReply{Stream::out, std::move(data)}});
  }
}

void Consoles::grant_inputs(LaunchId launch) {
  auto found = viewers_.find(launch);
  if (found == viewers_.end()) return;
  for (auto& viewer : found->second) {
    const uint32_t messages = std::exchange(viewer.inputs, 0);
    if (messages == 0 || viewer.lost) continue;
    viewer.lost = !send_(viewer.client, Reply{viewer.request_id, true, RunInputReply{messages}});
  }
}

}  // namespace muster
