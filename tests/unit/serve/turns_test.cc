// The order in which clients are served.
#include "serve/turns.h"

#include <catch2/catch.hpp>
#include <string>

namespace muster {
namespace {

// They stand in the order in which they have their turn.
std::string all_of(Turns& turns) {
  std::string said;
  while (auto turn = turns.next()) said += turn->first + std::to_string(turn->second) + ' ';
  return said;
}

TEST_CASE("clients have their turn one after the other, however much one of them wants") {
  Turns turns;
  for (uint64_t id : {1, 2, 3, 4}) turns.add({"a", id});
  turns.add({"b", 1});
  turns.add({"c", 1});
  turns.add({"b", 2});
  CHECK(all_of(turns) == "a1 b1 c1 a2 b2 a3 a4 ");
  CHECK(!turns.next());
}

TEST_CASE("who comes later waits for one turn of each") {
  Turns turns;
  for (uint64_t id : {1, 2, 3}) turns.add({"a", id});
  CHECK(turns.next() == Turns::Turn("a", 1));
  turns.add({"b", 7});
  turns.add({"a", 1});
  CHECK(all_of(turns) == "a2 b7 a3 a1 ");
}

}  // namespace
}  // namespace muster
