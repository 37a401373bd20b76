// ZeroMQ in the loop: nothing that has arrived is left lying there.
#include "base/zmq/loop_socket.h"

#include <catch2/catch.hpp>

#include "base/uv/timer.h"
#include "base/zmq/context.h"
#include "base/zmq/zap.h"

using namespace muster;

namespace {

zmq::socket_t bound(ZmqContext& context, zmq::socket_type type, const char* address) {
  zmq::socket_t socket = make_socket(context, type, 1 << 20);
  socket.bind(address);
  return socket;
}

}  // namespace

TEST_CASE("a burst is received to its last message, a few a turn") {
  Loop loop;
  ZmqContext context;
  constexpr int burst = 1000, a_turn = 7;
  int received = 0;
  std::optional<LoopSocket> pull;
  pull.emplace(loop, bound(context, zmq::socket_type::pull, "inproc://burst"), [&] {
    std::vector<std::string> frames;
    for (int i = 0; i < a_turn && pull->receive(frames, 1); i++) received++;
    if (received == burst) loop.stop();
  });
  zmq::socket_t push = make_socket(context, zmq::socket_type::push, 1 << 20);
  push.connect("inproc://burst");
  for (int i = 0; i < burst; i++) push.send(zmq::str_buffer("x"), zmq::send_flags::dontwait);

  Timer deadline(loop, [&] { loop.stop(); });
  deadline.after(10s);
  loop.run();
  CHECK(received == burst);
}

TEST_CASE("of a message of more frames than expected the rest is thrown away") {
  Loop loop;
  ZmqContext context;
  LoopSocket pull(loop, bound(context, zmq::socket_type::pull, "inproc://frames"), [] {});
  zmq::socket_t push = make_socket(context, zmq::socket_type::push, 1 << 20);
  push.connect("inproc://frames");
  for (int i = 0; i < 100; i++) push.send(zmq::str_buffer("x"), zmq::send_flags::sndmore);
  push.send(zmq::str_buffer("x"));
  push.send(zmq::str_buffer("next"));

  std::vector<std::string> frames;
  REQUIRE(pull.receive(frames, 2));
  CHECK(pull.was_too_long());
  CHECK(frames == std::vector<std::string>{"x", "x"});
  REQUIRE(pull.receive(frames, 2));
  CHECK_FALSE(pull.was_too_long());
  CHECK(frames == std::vector<std::string>{"next"});
  CHECK_FALSE(pull.receive(frames, 2));
}

TEST_CASE("a router that cannot reach a peer says so, and sends nothing") {
  Loop loop;
  ZmqContext context;
  zmq::socket_t router = make_socket(context, zmq::socket_type::router, 1 << 20);
  router.set(zmq::sockopt::router_mandatory, 1);
  router.bind("inproc://router");
  LoopSocket socket(loop, std::move(router), [] {});
  std::string_view frames[] = {"nobody", "hello"};
  CHECK(socket.send(frames) == LoopSocket::Sent::unreachable);
}

TEST_CASE("the owner of an ipc connection is read from its address") {
  CHECK(uid_of_ipc_peer("localhost:1000:100:4711") == 1000);
  CHECK(uid_of_ipc_peer("localhost:0:0:1") == 0);
  CHECK(uid_of_ipc_peer("127.0.0.1") == -1);
  CHECK(uid_of_ipc_peer("localhost:") == -1);
  CHECK(uid_of_ipc_peer("localhost:12") == -1);
}
