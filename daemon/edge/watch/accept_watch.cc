// See accept_watch.h.
#include "daemon/edge/watch/accept_watch.h"

#include <algorithm>

#include "daemon/edge/watch/accept_look.h"

namespace muster {
namespace {

constexpr Nanos first_tell_of_queue = 2s;

Nanos pause_before_accept(Nanos waited) {
  constexpr Nanos shortest = 10ms, longest = 500ms;
  return std::clamp(waited / 10, shortest, longest);
}

}  // namespace

AcceptWatch::AcceptWatch(Loop& loop, ListenSockets& sockets,
                         std::function<std::vector<ProcessEntry>(LaunchId)> members,
                         std::function<void(Event)> sink)
    : sockets_(sockets),
      members_(std::move(members)),
      sink_(std::move(sink)),
      timer_(loop, [this] { look(); }) {}

void AcceptWatch::watch(LaunchId launch, const ListenAddress& address) {
  watched_[launch] = {address, loop_clock(), sockets_.seen(address).queue};
  plan();
}

void AcceptWatch::forget(LaunchId launch) {
  if (watched_.erase(launch)) plan();
}

bool AcceptWatch::is_accepting(LaunchId launch, Watched& watched) {
  const auto [inode, queue] = sockets_.seen(watched.address);
  const bool is_shorter = queue < std::exchange(watched.queue, queue);
  return inode == 0 || is_shorter || may_accept(members_(launch), inode);
}

void AcceptWatch::look() {
  const MonoTime now = loop_clock();
  std::vector<Event> events;
  for (auto& [launch, watched] : watched_)
    if (is_accepting(launch, watched))
      events.emplace_back(Ready{launch});
    else if (now - watched.since >= first_tell_of_queue)
      events.emplace_back(PortSeen{launch, text_of_queue(watched.address, watched.queue), false});
  for (auto& event : events)
    if (const auto* ready = std::get_if<Ready>(&event)) watched_.erase(ready->launch);
  plan();
  for (auto& event : events) sink_(std::move(event));
}

void AcceptWatch::plan() {
  if (watched_.empty()) return timer_.disarm();
  const MonoTime now = loop_clock();
  Nanos pause = Nanos::max();
  for (auto& [launch, watched] : watched_)
    pause = std::min(pause, pause_before_accept(now - watched.since));
  timer_.after(pause);
}

}  // namespace muster
