// See connection_watch.h. The monitor tells of an end a moment before the descriptor is closed.
#include "base/zmq/connection_watch.h"

#include <cstring>
#include <vector>

namespace muster {
namespace {

constexpr Nanos look_pause = 10ms;
// Then it was another connection with the same descriptor that ended.
constexpr int most_looks = 200;

}  // namespace

ConnectionWatch::ConnectionWatch(Loop& loop, ZmqContext& context, zmq::socket_t& socket,
                                 const std::string& name, std::function<bool(int fd)> has_gone)
    : has_gone_(std::move(has_gone)),
      events_(loop, make_monitor(context, socket, name, ZMQ_EVENT_DISCONNECTED),
              [this] { on_events(); }),
      look_again_(loop, [this] { look(); }) {}

void ConnectionWatch::look_at(int fd) {
  ending_[fd] = 0;
  look_again_.after(0ms);
}

// Two frames: the event's number, 16 bits, and the descriptor, 32 bits; then an address.
void ConnectionWatch::on_events() {
  std::vector<std::string> frames;
  while (events_.receive(frames, 2)) {
    int32_t fd = -1;
    if (frames.empty() || frames[0].size() < sizeof(uint16_t) + sizeof fd) continue;
    std::memcpy(&fd, frames[0].data() + sizeof(uint16_t), sizeof fd);
    ending_[fd] = 0;
  }
  look();
}

void ConnectionWatch::look() {
  for (auto entry = ending_.begin(); entry != ending_.end();) {
    auto& [fd, looks] = *entry;
    entry = has_gone_(fd) || ++looks == most_looks ? ending_.erase(entry) : std::next(entry);
  }
  if (!ending_.empty()) look_again_.after(look_pause);
}

}  // namespace muster
