// The mark of a launch's processes.
#include "daemon/edge/launch/launch_mark.h"

#include <catch2/catch.hpp>

using namespace muster;

TEST_CASE("a mark is the SipHash of its launch id, by the secret") {
  // From the paper: the key 00 01 .. 0f, the message 00 01 .. 07.
  CHECK(mark_of("07060504030201000f0e0d0c0b0a0908", 0x0706050403020100) == "93f5f5799a932462");
}

TEST_CASE("each run has a secret of its own, and each launch a mark") {
  const std::string one = new_secret(), two = new_secret();
  CHECK(one.size() == 32);
  CHECK(one != two);
  CHECK(mark_of(one, 1) == mark_of(one, 1));
  CHECK(mark_of(one, 1) != mark_of(one, 2));
  CHECK(mark_of(one, 1) != mark_of(two, 1));
}

TEST_CASE("without a secret there is no mark") {
  CHECK(mark_of("", 1).empty());
  CHECK(mark_of("07060504030201000f0e0d0c0b0a090x", 1).empty());
}
