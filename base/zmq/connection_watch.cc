// See connection_watch.h. The monitor tells of an end a moment before the descriptor is closed.
#include "base/zmq/connection_watch.h"

#include <cstring>
#include <vector>

namespace muster {
namespace {

constexpr Nanos look_pause = 10ms;
// Then it was another connection with the same descriptor that ended.
constexpr int most_looks = 200;

// The other end of the monitor's pair. Throws zmq::error_t like the socket's own calls.
zmq::socket_t monitor_of(ZmqContext& context, zmq::socket_t& socket, const std::string& name) {
  const std::string address = "inproc://" + name;
  if (zmq_socket_monitor(socket.handle(), address.c_str(), ZMQ_EVENT_DISCONNECTED) != 0)
    throw zmq::error_t();
  zmq::socket_t monitor(context.get(), zmq::socket_type::pair);
  monitor.set(zmq::sockopt::linger, 0);
  monitor.connect(address);
  return monitor;
}

}  // namespace

ConnectionWatch::ConnectionWatch(Loop& loop, ZmqContext& context, zmq::socket_t& socket,
                                 const std::string& name, std::function<bool(int fd)> has_gone)
    : has_gone_(std::move(has_gone)),
      events_(loop, monitor_of(context, socket, name), [this] { on_events(); }),
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
