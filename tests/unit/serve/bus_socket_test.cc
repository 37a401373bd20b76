// A subscriber that takes nothing is dropped when too much is under way to it. It is dropped once,
// and publishing returns, whatever of that libzmq has told and freed by then.
#include "serve/bus_socket.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/support/temp_dir.h"

namespace muster {
namespace {

struct Hall {
  void turn_until(const std::function<bool()>& done) {
    const MonoTime deadline = read_clocks().mono + 20s;
    while (!done()) {
      REQUIRE(read_clocks().mono < deadline);
      loop.turn(false);
    }
  }
  // A subscriber with one place in its queue, which has been let in.
  zmq::socket_t subscriber() {
    zmq::socket_t one(others.get(), zmq::socket_type::sub);
    one.set(zmq::sockopt::linger, 0);
    one.set(zmq::sockopt::rcvhwm, 1);
    one.set(zmq::sockopt::reconnect_ivl, -1);
    one.set(zmq::sockopt::subscribe, "log/");
    one.connect(endpoint);
    turn_until([&] {
      socket->publish("log/a.1/app", "hello");
      socket->flush();
      return one.get(zmq::sockopt::events) & ZMQ_POLLIN;
    });
    return one;
  }
  // True if the bus has a connection: an accepted socket is named as the one that listens.
  bool is_connected() const {
    for (auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
      const int fd = std::stoi(entry.path().filename());
      sockaddr_un name{};
      socklen_t size = sizeof name, flag_size = sizeof(int);
      int listens = 0;
      if (getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size) == 0 &&
          getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &flag_size) == 0 && !listens &&
          name.sun_family == AF_UNIX && endpoint == std::string("ipc://") + name.sun_path)
        return true;
    }
    return false;
  }
  // Without a turn of the loop, as in a turn that reads a flood. Too much is left when a
  // message or two are taken.
  void publish_too_much() {
    for (size_t mib : {12, 12, 12, 12, 12, 40})
      socket->publish("log/a.1/app", std::string(mib << 20, 'x'));
  }

  TempDir directory;
  std::string endpoint = "ipc://" + directory.path() + "/bus";
  Loop loop;
  ZmqContext context, others;
  ZapGate gate{loop, context, [](std::string_view) { return true; }};
  BytesUnderWay under_way;
  std::unique_ptr<BusSocket> socket =
      BusSocket::bind(loop, context, gate, under_way, endpoint).value();
};

TEST_CASE("a subscriber that is being dropped is dropped once, and nothing waits for its end") {
  Hall hall;
  zmq::socket_t deaf = hall.subscriber();
  hall.publish_too_much();
  REQUIRE(hall.under_way.dropped() == 1);
  // libzmq closes its connection in a thread of its own, and frees nothing before the loop turns.
  const MonoTime deadline = read_clocks().mono + 20s;
  while (hall.is_connected() && read_clocks().mono < deadline) hall.under_way.settle();
  REQUIRE_FALSE(hall.is_connected());
  hall.under_way.settle();
  CHECK(hall.under_way.dropped() == 1);
  hall.turn_until([&] { return hall.under_way.all()->bytes() == 0; });
}

}  // namespace
}  // namespace muster
