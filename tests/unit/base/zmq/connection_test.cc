// A peer of several: its connection is known, its end is told, it can be ended alone, and what is
// under way to it is counted.
#include "base/zmq/connection.h"

#include <unistd.h>
#include <catch2/catch.hpp>

#include "base/zmq/connection_watch.h"
#include "base/zmq/tally.h"
#include "base/zmq/zap.h"
#include "tests/support/temp_dir.h"

namespace muster {
namespace {

// A ROUTER in a loop, and peers of other contexts.
struct Meeting {
  static zmq::socket_t router(ZmqContext& context) {
    zmq::socket_t socket = make_socket(context, zmq::socket_type::router, 1 << 20);
    socket.set(zmq::sockopt::router_mandatory, 1);
    return socket;
  }
  Meeting() { socket.socket().bind(address); }

  zmq::socket_t peer() {
    zmq::socket_t dealer = make_socket(others, zmq::socket_type::dealer, 1 << 20);
    dealer.set(zmq::sockopt::rcvhwm, 2);
    dealer.connect(address);
    dealer.send(zmq::str_buffer("hello"));
    return dealer;
  }
  // The identity and the connection of the peer that has said something.
  std::pair<std::string, Connection> met() {
    std::vector<std::string> frames;
    turn_until([&] { return socket.receive(frames, 2); });
    return {frames.at(0), Connection(socket.sender_fd())};
  }
  void turn_until(const std::function<bool()>& done) {
    const MonoTime deadline = read_clocks().mono + 20s;
    while (!done()) {
      REQUIRE(read_clocks().mono < deadline);
      loop.turn(false);
    }
  }
  bool send(const std::string& identity, size_t bytes, const std::shared_ptr<Tally>& tally) {
    std::vector<zmq::message_t> frames;
    frames.emplace_back(identity.data(), identity.size());
    frames.push_back(counted_frame(std::string(bytes, 'x'), tally, Tally::of_message));
    return socket.send(std::move(frames)) == LoopSocket::Sent::sent;
  }

  TempDir directory;
  std::string address = "ipc://" + directory.path() + "/s";
  Loop loop;
  ZmqContext context, others;
  LoopSocket socket{loop, router(context), [] {}};
  std::vector<int> asked;
  std::vector<Connection> known;
  ConnectionWatch watch{loop, context, socket.socket(), "watch", [this](int fd) {
                          asked.push_back(fd);
                          for (auto& one : known)
                            if (one.fd() == fd && one.is_there()) return false;
                          return true;
                        }};
};

TEST_CASE("the end of one peer's connection is told, and the other's is there") {
  Meeting meeting;
  zmq::socket_t first = meeting.peer();
  auto [one, connection] = meeting.met();
  zmq::socket_t second = meeting.peer();
  auto [two, other] = meeting.met();
  CHECK(connection.fd() != other.fd());
  meeting.known = {connection, other};
  CHECK(connection.is_there());
  first.close();
  meeting.turn_until([&, c = connection] { return !c.is_there() && !meeting.asked.empty(); });
  CHECK(other.is_there());
  CHECK(meeting.asked.front() == connection.fd());
}

TEST_CASE("one peer's connection is ended alone, and what was under way to it is let go of") {
  Meeting meeting;
  zmq::socket_t deaf = meeting.peer();
  auto [deaf_name, connection] = meeting.met();
  zmq::socket_t well = meeting.peer();
  auto [well_name, other] = meeting.met();
  auto all = std::make_shared<Tally>();
  auto of_deaf = std::make_shared<Tally>(all), of_well = std::make_shared<Tally>(all);
  for (int i = 0; i < 100; i++) REQUIRE(meeting.send(deaf_name, 100'000, of_deaf));
  meeting.turn_until([&] { return of_deaf->bytes() < 10'000'000; });  // the kernel has some
  CHECK(of_deaf->bytes() > 5'000'000);
  REQUIRE(meeting.send(well_name, 10, of_well));
  connection.end();
  meeting.turn_until([&] { return all->bytes() == 0; });
  CHECK_FALSE(meeting.send(deaf_name, 1, of_deaf));
  CHECK(other.is_there());
  zmq::message_t got;
  CHECK(well.recv(got));
}

TEST_CASE("a descriptor that is another one's by now is left alone") {
  int pair[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
  const Connection before(pair[0]);
  int others[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, others) == 0);
  REQUIRE(dup2(others[0], pair[0]) == pair[0]);
  CHECK_FALSE(before.is_there());
  before.end();
  CHECK(write(others[0], "x", 1) == 1);
  CHECK_FALSE(Connection(-1).is_there());
  CHECK_FALSE(Connection().is_there());
  for (int fd : {pair[0], pair[1], others[0], others[1]}) close(fd);
}

TEST_CASE("a guarded socket without a gate lets nobody in") {
  TempDir directory;
  const std::string address = "ipc://" + directory.path() + "/s";
  ZmqContext context, others;
  zmq::socket_t socket = make_socket(context, zmq::socket_type::router, 1 << 20);
  guard(socket, "muster-test");
  socket.bind(address);
  zmq::socket_t peer = make_socket(others, zmq::socket_type::dealer, 1 << 20);
  peer.connect(address);
  peer.send(zmq::str_buffer("hello"));
  zmq_pollitem_t item{socket.handle(), 0, ZMQ_POLLIN, 0};
  CHECK(zmq_poll(&item, 1, 300) == 0);
}

TEST_CASE("whoever is shut out is so for longer each time, and only from that domain") {
  Loop loop;
  ZmqContext context;
  ZapGate gate(loop, context, [](std::string_view) { return true; });
  const std::string me = "localhost:0:0:" + std::to_string(getpid());
  const MonoTime now(1000s);
  CHECK(gate.shut_out("bus", me, now) == 1s);
  CHECK(gate.shut_out("bus", me, now + 2s) == 2s);
  CHECK(gate.shut_out("control", me, now + 2s) == 1s);
  CHECK(gate.shut_out("bus", me, now + 1h) == 1s);
  for (int i = 0; i < 40; i++) CHECK(gate.shut_out("bus", me, now + 1h) <= 10min);
  CHECK(gate.shut_out("bus", me, now + 1h) == 10min);
}

}  // namespace
}  // namespace muster
