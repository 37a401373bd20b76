// The meaning of a datagram to NOTIFY_SOCKET.
#include "daemon/edge/watch/notify_socket.h"

#include <catch2/catch.hpp>

using namespace muster;

TEST_CASE("readiness and status are understood, wherever they stand") {
  CHECK(parse_notification("READY=1")->ready);
  CHECK_FALSE(parse_notification("READY=1")->alive);
  CHECK(parse_notification("WATCHDOG=1")->alive);
  CHECK(parse_notification("MAINPID=3\nREADY=1\n")->ready);
  auto both = parse_notification("STATUS=warm\nREADY=1");
  CHECK(both->ready);
  CHECK(both->status == "warm");
  CHECK_FALSE(parse_notification("STATUS=READY=1")->ready);
}

TEST_CASE("everything else says nothing") {
  for (auto text : {"", "READY=0", "READY=10", "ready=1", "WATCHDOG=0", "\n\n", "BARRIER=1"})
    CHECK_FALSE(parse_notification(text));
}

TEST_CASE("a status that is too long is cut") {
  CHECK(parse_notification("STATUS=" + std::string(5000, 'x'))->status->size() == 200);
}
