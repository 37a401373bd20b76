// Which process gets which port.
#include "daemon/core/ports.h"

#include <catch2/catch.hpp>

using muster::Ports;

TEST_CASE("a port is base + 100 * type + number - 1") {
  Ports ports(5000);
  CHECK(ports.take(0, 3, 1) == 5000u);
  CHECK(ports.take(0, 3, 100) == 5099u);
  CHECK(ports.take(1, 3, 1) == 5100u);
  CHECK(ports.take(2, 3, 7) == 5206u);
}

TEST_CASE("a number above 100 does not take from the next type") {
  Ports ports(5000);
  CHECK(ports.take(0, 2, 101) == 5200u);
  CHECK(ports.take(0, 2, 102) == 5201u);
  CHECK(ports.take(1, 2, 1) == 5100u);
}

TEST_CASE("a port that somebody has is not given twice, and comes back when released") {
  Ports ports(5000);
  CHECK(ports.take(0, 1, 1) == 5000u);
  CHECK(ports.take(0, 1, 1) == 5100u);
  ports.release(5000);
  CHECK(ports.take(0, 1, 1) == 5000u);
}

TEST_CASE("no port is above 65535, and then there is none") {
  Ports ports(65500);
  CHECK(ports.take(0, 1, 36) == 65535u);
  CHECK_FALSE(ports.take(0, 1, 37));
  CHECK_FALSE(Ports(65534).take(2, 3, 1));

  Ports near_the_end(65434);
  CHECK(near_the_end.take(0, 1, 101) == 65534u);
  CHECK(near_the_end.take(0, 1, 102) == 65535u);
  CHECK_FALSE(near_the_end.take(0, 1, 103));
  near_the_end.release(65534);
  CHECK(near_the_end.take(0, 1, 103) == 65534u);
}

TEST_CASE("four thousand processes of one type get four thousand ports") {
  Ports ports(5000);
  std::set<uint32_t> given;
  for (uint32_t number = 1; number <= 4096; number++) given.insert(*ports.take(0, 1, number));
  CHECK(given.size() == 4096);
}
