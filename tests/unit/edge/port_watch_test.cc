// When something listens on a port: in the kernel's table, and in a real process.
#include "daemon/edge/watch/port_watch.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>
#include <catch2/catch.hpp>
#include <optional>

#include "tests/support/local_socket.h"

namespace muster {
namespace {

constexpr std::string_view table =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "
    "inode\n"
    "   0: 0100007F:1388 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
    "4711 1 0000000000000000 100 0 0 10 0\n"
    "   1: 0100007F:1389 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 "
    "4712 1 0000000000000000 20 4 30 10 -1\n";
constexpr std::string_view table6 =
    "  sl  local_address                         remote_address                        st ...\n"
    "   0: 00000000000000000000000000000000:1388 00000000000000000000000000000000:0000 0A "
    "00000000:00000000 00:00000000 00000000     0        0 4713 1 0000000000000000 100 0 0 10 0\n";

TEST_CASE("only sockets that listen are taken from the kernel's table") {
  Listeners listeners;
  parse_listeners(table, listeners);
  parse_listeners(table6, listeners);
  CHECK(listeners == Listeners{{5000, 4711}, {5000, 4713}});
}

TEST_CASE("a table that is cut short or no table at all yields nothing odd") {
  for (size_t length = 0; length <= table.size(); ++length) {
    Listeners listeners;
    parse_listeners(table.substr(0, length), listeners);
    CHECK(listeners.size() <= 1);
  }
  Listeners listeners;
  parse_listeners("\n\n   \n0A 0A 0A 0A 0A 0A 0A 0A 0A 0A\n", listeners);
  CHECK(listeners.size() <= 1);
}

struct WatchStage {
  Loop loop;
  std::vector<LaunchId> told;
  std::vector<PortSeen> seen;
  PortWatch ports{loop,
                  [](LaunchId launch) {
                    // Launch 1 is we, launch 2 has nobody in it.
                    return launch == 1 ? std::vector{*read_process(getpid())}
                                       : std::vector<ProcessEntry>();
                  },
                  [this](Event event) {
                    if (auto* port = std::get_if<PortSeen>(&event)) return seen.push_back(*port);
                    told.push_back(std::get<Ready>(event).launch);
                  }};

  void run_for(Nanos time) {
    bool over = false;
    Timer timer(loop, [&] { over = true; });
    timer.after(time);
    while (!over) loop.turn(true);
  }
};

TEST_CASE("a launch is told once, when it listens and not when it is only bound") {
  WatchStage stage;
  LocalSocket server;
  stage.ports.watch(1, server.port);
  stage.run_for(30ms);
  CHECK(stage.told.empty());
  REQUIRE(listen(server.fd.get(), 1) == 0);
  stage.loop.run();  // ends by itself, because then nothing is waited for any more
  CHECK(stage.told == std::vector<LaunchId>{1});
}

TEST_CASE("somebody else on the port is not the launch") {
  WatchStage stage;
  LocalSocket server;
  REQUIRE(listen(server.fd.get(), 1) == 0);
  stage.ports.watch(2, server.port);
  stage.run_for(30ms);
  CHECK(stage.told.empty());
  CHECK(stage.seen.empty());
  stage.ports.tell_at_exit(2);
  REQUIRE(stage.seen.size() == 1);
  CHECK(stage.seen[0].is_taken);
  CHECK(stage.seen[0].text.starts_with(
      fmt::format("port {} is taken by pid {} (unit_edge", server.port, getpid())));
  stage.ports.forget(2);
  stage.loop.run();
  CHECK(stage.told.empty());
}

TEST_CASE("a launch that listens elsewhere is told of, but not at once") {
  WatchStage stage;
  LocalSocket wanted, other;
  REQUIRE(listen(other.fd.get(), 1) == 0);
  stage.ports.watch(1, wanted.port);
  stage.run_for(100ms);
  CHECK(stage.seen.empty());
  while (stage.seen.empty()) stage.loop.turn(true);
  CHECK_FALSE(stage.seen[0].is_taken);
  CHECK(stage.seen[0].text == fmt::format("nothing of it listens on port {} yet (it listens on {})",
                                          wanted.port, other.port));
  stage.ports.tell_at_exit(1);
  CHECK(stage.seen.size() == 1);
  stage.ports.forget(1);
  stage.loop.run();
}

}  // namespace
}  // namespace muster
