// See port_watch.h.
#include "daemon/edge/port_watch.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <utility>

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
// the delay is small against the start itself. Whoever has not listened for a while perhaps never
// will, and must not keep us awake.
Nanos pause_after(Nanos waited) {
  const Nanos longest = waited < 10s ? Nanos(250ms) : waited < 1min ? Nanos(1s) : Nanos(10s);
  return std::clamp<Nanos>(waited / 5, 10ms, longest);
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
  watched_[launch] = {port, loop_clock()};
  plan();
}

void PortWatch::forget(LaunchId launch) {
  if (watched_.erase(launch)) plan();
}

// One reading of the tables serves all; whose a socket is, is only asked where the port fits.
void PortWatch::look() {
  auto listeners = read_listeners();
  std::vector<LaunchId> found;
  for (auto& [launch, watched] : watched_) {
    auto [first, last] = listeners.equal_range(watched.port);
    std::set<uint64_t> inodes;
    for (; first != last; ++first) inodes.insert(first->second);
    if (!inodes.empty() && listens(launch, inodes)) found.push_back(launch);
  }
  for (auto launch : found) watched_.erase(launch);
  plan();
  for (auto launch : found) sink_(Ready{launch});
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
