// How the memory of copies is shared out.
#include "daemon/edge/launch/copy_memory.h"

#include <catch2/catch.hpp>

using namespace muster;

namespace {
constexpr uint64_t gib = 1ULL << 30;
constexpr uint64_t usual = Surroundings::usual_disk;
}  // namespace

TEST_CASE("the copies of all one-offs together hold a quarter of the memory at most") {
  CopyMemory memory(16 * gib);
  uint64_t sum = 0;
  for (LaunchId launch = 1; launch <= 256; launch++)
    if (auto given = memory.take(launch, usual)) sum += *given;
  CHECK(sum <= 4 * gib);
  CHECK(sum > 3 * gib);
}

TEST_CASE("who asks for a size gets it or is refused, and not a part of it") {
  CopyMemory memory(16 * gib);
  CHECK(memory.take(1, 3 * gib) == 3 * gib);
  CHECK(memory.take(2, 2 * gib).error().stage.find("1024 MiB are left") != std::string::npos);
  memory.give_back(1);
  CHECK(memory.take(2, 2 * gib) == 2 * gib);
}

TEST_CASE("who asks for nothing has less where there is less, but not next to nothing") {
  CopyMemory memory(4 * gib);
  CHECK(memory.take(1, usual) == gib / 2);
  CHECK(memory.take(2, usual) == gib / 4);
  memory.found(3, gib / 4 - CopyMemory::least);
  CHECK_FALSE(memory.take(4, usual));
  CHECK(memory.take(4, CopyMemory::least));
}
