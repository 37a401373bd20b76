// See consoles.h.
#include "daemon/edge/output/consoles.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include "base/uv/poll.h"
#include "daemon/edge/launch/launch_pipes.h"
#include "daemon/edge/linux/terminal.h"
#include "daemon/edge/output/input_queue.h"
#include "proto/limits.h"

namespace muster {
namespace {

// The bytes that a terminal may bring in one go, before the others get theirs.
constexpr size_t splice_quantum = 64 << 10;
// A terminal holds less than this, so that so many rounds read all of it.
constexpr int drain_rounds = 16;
// The bytes that wait for a viewer that does not grant.
constexpr size_t pending_limit = 1 << 20;
// A line that goes on longer is a screen, half of which would say nothing.
constexpr size_t prompt_limit = 1 << 10;
constexpr Places terminal_places{"attached terminals", 64, 16};

UniqueFd open_write_end(int pipe) {
  return UniqueFd(
      ::open(fmt::format("/proc/self/fd/{}", pipe).c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
}

}  // namespace

struct Consoles::Viewer {
  Viewer(const Outlet& outlet, const Launch::Attachment& to)
      : exchange(outlet, to.client, to.request_id, to.credit) {}

  Exchange exchange;
  std::string pending;
  uint64_t skipped = 0;  // bytes behind what is pending
};

struct Consoles::Console {
  UniqueFd terminal, to_log;
  std::unique_ptr<Poll> readable, room;  // until its end
  std::unique_ptr<InputQueue> input;
  std::string prompt;    // behind the last end of a line, as far as this supervisor has seen it
  bool hung_up = false;  // the other side is open no more

  void see(std::string_view bytes) {
    const size_t end = bytes.rfind('\n');
    if (end != bytes.npos) prompt.clear();
    // A character more than the limit stands for what is too long.
    prompt += bytes.substr(end == bytes.npos ? 0 : end + 1).substr(0, prompt_limit + 1);
    prompt.resize(std::min(prompt.size(), prompt_limit + 1));
  }
  std::string_view shown_first() const {
    return prompt.size() > prompt_limit ? std::string_view() : prompt;
  }
};

Consoles::Consoles(Loop& loop, Intake& log, const Outlet& outlet)
    : loop_(loop), log_(log), outlet_(outlet), turn_(loop, [this] { hang_up(); }) {}

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
  // Bytes that do not fit into the pipe stay in the terminal, and the program waits.
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
      std::make_unique<InputQueue>(loop_, std::move(keyboard), [this, id, raw](uint32_t) {
        if (raw->input->bytes() == 0) grant_inputs(id);
      });
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
                               splice_quantum, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
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
  const Launch::Attachment& to = wanted.to;
  const auto refuse = [&](std::string why) {
    outlet_.send(to.client, Reply{to.request_id, false, RefusedReply{Refusal::no, std::move(why)}});
  };
  auto found = consoles_.find(wanted.launch);
  if (found == consoles_.end() || found->second->hung_up)
    return refuse(
        fmt::format("{} has no terminal; `tty = true` in muster.toml gives it one when "
                    "it is restarted",
                    wanted.process.text()));
  std::vector<Exchange*> there;
  for (auto& [launch, viewers] : viewers_)
    for (auto& viewer : viewers)
      if (!viewer.exchange.is_over()) there.push_back(&viewer.exchange);
  const auto place = find_place(terminal_places, to.client, there, read_clocks().mono);
  if (!place) return refuse(place.error());
  if (*place) (*place)->end(gave_way(terminal_places));
  forget_ended();
  Console& console = *found->second;
  if (to.terminal) set_terminal_size(console.terminal.get(), *to.terminal);
  Viewer& viewer = viewers_[wanted.launch].emplace_back(outlet_, to);
  viewer.exchange.aside(RunStartedReply{wanted.process.text()});
  viewer.pending = console.shown_first();
  send_on(viewer);
}

void Consoles::forget_ended() {
  for (auto& [launch, viewers] : viewers_)
    std::erase_if(viewers, [](auto& viewer) { return viewer.exchange.is_over(); });
}

size_t Consoles::exchanges() const {
  size_t count = 0;
  for (auto& [launch, viewers] : viewers_) count += viewers.size();
  return count;
}

bool Consoles::take(const ClientId& client, const Request& request) {
  for (auto& [launch, viewers] : viewers_) {
    auto found = std::find_if(viewers.begin(), viewers.end(), [&](const Viewer& viewer) {
      return viewer.exchange.is(client, request.id);
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
    viewer.exchange.grant(credit->messages);
    return send_on(viewer);
  }
  auto console = consoles_.find(launch);
  if (console == consoles_.end() || !console->second->input) return;
  if (auto* input = std::get_if<InputRequest>(&body)) {
    viewer.exchange.count_input();
    console->second->input->add(input->data, false);
  } else if (auto* resize = std::get_if<ResizeRequest>(&body)) {
    set_terminal_size(console->second->terminal.get(), resize->terminal);
  }
}

void Consoles::end(LaunchId launch, int status) {
  auto viewers = viewers_.extract(launch);
  if (!viewers) return;
  for (auto& viewer : viewers.mapped()) viewer.exchange.end(RunExitedReply{status});
}

void Consoles::forget(const ClientId& client) {
  for (auto& [launch, viewers] : viewers_)
    std::erase_if(viewers, [&](auto& viewer) { return viewer.exchange.client() == client; });
}

// In the way of a line: a viewer that is gone is forgotten later.
void Consoles::show(LaunchId launch, std::string_view bytes) {
  if (auto console = consoles_.find(launch); console != consoles_.end())
    console->second->see(bytes);
  auto found = viewers_.find(launch);
  if (found == viewers_.end()) return;
  for (auto& viewer : found->second) {
    if (viewer.exchange.is_over()) continue;
    if (viewer.skipped > 0 || viewer.pending.size() + bytes.size() > pending_limit)
      viewer.skipped += bytes.size();
    else
      viewer.pending += bytes;
    send_on(viewer);
  }
}

void Consoles::send_on(Viewer& viewer) {
  while (viewer.exchange.may_send()) {
    if (viewer.pending.empty() && viewer.skipped > 0)
      viewer.pending = fmt::format("\r\n[{} bytes are not shown here, but in the log]\r\n",
                                   std::exchange(viewer.skipped, 0));
    if (viewer.pending.empty()) break;
    std::string data = viewer.pending.substr(0, limits::output_message);
    viewer.pending.erase(0, data.size());
    viewer.exchange.more(RunOutputReply{Stream::out, std::move(data)});
  }
  if (viewer.exchange.is_over()) viewer.pending = {};
  viewer.exchange.hold(viewer.pending.size());
}

void Consoles::grant_inputs(LaunchId launch) {
  auto found = viewers_.find(launch);
  if (found == viewers_.end()) return;
  for (auto& viewer : found->second) viewer.exchange.grant_inputs();
}

}  // namespace muster
