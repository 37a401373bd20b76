// See port_watch.h.
#include "daemon/edge/watch/port_watch.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <utility>

#include "daemon/edge/watch/port_owner.h"

namespace muster {
namespace {

Listeners read_listeners() {
  Listeners listeners;
  for (auto* path : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream file(path);
    std::stringstream text;
    if (file) text << file.rdbuf();
    parse_listeners(text.str(), listeners);
  }
  return listeners;
}

// How long until the next look, for one that has been waited for so long: a fifth of that, so that
// the delay is small against the start itself. A process that has not listened for a while perhaps
// never will, and must not keep us awake.
Nanos pause_after(Nanos waited) {
  const Nanos longest = waited < 10s ? Nanos(250ms) : waited < 1min ? Nanos(1s) : Nanos(10s);
  return std::clamp<Nanos>(waited / 5, 10ms, longest);
}

// After that a process that does not listen is looked at more closely, and again each time.
constexpr Nanos first_tell = 1s, tell_again = 5s;

std::set<uint64_t> inodes_of(const Listeners& listeners, uint32_t port) {
  std::set<uint64_t> inodes;
  auto [first, last] = listeners.equal_range(port);
  for (; first != last; ++first) inodes.insert(first->second);
  return inodes;
}

}  // namespace

// Rows are "SL LOCAL:PORT REMOTE:PORT STATE QUEUES TIMER RETRANSMITS UID TIMEOUT INODE ...".
void parse_listeners(std::string_view table, Listeners& listeners) {
  while (!table.empty()) {
    auto row = table.substr(0, table.find('\n'));
    table.remove_prefix(std::min(table.size(), row.size() + 1));
    std::string_view fields[10];
    for (auto& field : fields) {
      row.remove_prefix(std::min(row.size(), row.find_first_not_of(' ')));
      field = row.substr(0, row.find(' '));
      row.remove_prefix(field.size());
    }
    if (fields[3] != "0A") continue;  // LISTEN
    auto port_text = fields[1].substr(fields[1].rfind(':') + 1);
    uint32_t port = 0;
    uint64_t inode = 0;
    std::from_chars(port_text.data(), port_text.data() + port_text.size(), port, 16);
    std::from_chars(fields[9].data(), fields[9].data() + fields[9].size(), inode);
    if (port && inode) listeners.emplace(port, inode);
  }
}

PortWatch::PortWatch(Loop& loop, std::function<std::vector<ProcessEntry>(LaunchId)> members,
                     std::function<void(Event)> sink)
    : members_(std::move(members)), sink_(std::move(sink)), timer_(loop, [this] { look(); }) {}

void PortWatch::watch(LaunchId launch, uint32_t port) {
  const MonoTime now = loop_clock();
  watched_[launch] = {port, now, now + first_tell - tell_again};
  plan();
}

void PortWatch::forget(LaunchId launch) {
  if (watched_.erase(launch)) plan();
}

// A single reading of the tables serves all; the owner of a socket is looked for only where the
// port fits.
void PortWatch::look() {
  auto listeners = read_listeners();
  const MonoTime now = loop_clock();
  std::vector<LaunchId> found;
  std::vector<std::pair<LaunchId, uint32_t>> silent;
  for (auto& [launch, watched] : watched_) {
    const auto inodes = inodes_of(listeners, watched.port);
    if (!inodes.empty() && listens(launch, inodes)) {
      found.push_back(launch);
    } else if (now - watched.told_at >= tell_again) {
      watched.told_at = now;
      silent.emplace_back(launch, watched.port);
    }
  }
  for (auto launch : found) watched_.erase(launch);
  plan();
  for (auto& [launch, port] : silent) tell(launch, port, listeners);
  for (auto launch : found) sink_(Ready{launch});
}

void PortWatch::tell(LaunchId launch, uint32_t port, const Listeners& listeners) {
  const auto inodes = inodes_of(listeners, port);
  sink_(inodes.empty()
            ? PortSeen{launch, silent_port_text(port, listeners, members_(launch)), false}
            : PortSeen{launch, taken_port_text(port, inodes), true});
}

void PortWatch::tell_at_exit(LaunchId launch) {
  auto found = watched_.find(launch);
  if (found == watched_.end()) return;
  const auto listeners = read_listeners();
  const auto inodes = inodes_of(listeners, found->second.port);
  if (!inodes.empty() && !listens(launch, inodes)) tell(launch, found->second.port, listeners);
}

bool PortWatch::listens(LaunchId launch, const std::set<uint64_t>& inodes) const {
  for (auto& process : members_(launch))
    for (auto inode : socket_inodes(process.pid))
      if (inodes.count(inode)) return true;
  return false;
}

void PortWatch::plan() {
  MonoTime now = loop_clock();
  std::optional<Nanos> pause;
  for (auto& [launch, watched] : watched_) {
    auto own = pause_after(now - watched.since);
    pause = pause ? std::min(*pause, own) : own;
  }
  if (pause)
    timer_.after(*pause);
  else
    timer_.disarm();
}

}  // namespace muster
