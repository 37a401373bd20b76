// sim_router [--seeds N] [--from S]: plays N seeds beginning at S. On a failure prints what went
// wrong and how to play it again.
#include <fmt/format.h>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "router_simulation.h"

namespace {
volatile uint64_t playing = 0;

// A failed CHECK ends the process: say at least which seed it was.
void tell_seed(int) {
  std::fprintf(stderr, "again: sim_router --seeds 1 --from %ju\n", uintmax_t{playing});
}
}  // namespace

int main(int argc, char** argv) {
  uint64_t seeds = 2000, from = 1;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view option = argv[i];
    const uint64_t value = std::strtoull(argv[i + 1], nullptr, 10);
    if (option == "--seeds") seeds = value;
    if (option == "--from") from = value;
  }
  std::signal(SIGABRT, tell_seed);
  for (uint64_t seed = from; seed < from + seeds; seed++) {
    playing = seed;
    const auto failure = muster::sim::simulate_router(seed);
    if (!failure) continue;
    fmt::print("seed {}: {}\nagain: sim_router --seeds 1 --from {}\n", seed, *failure, seed);
    return 1;
  }
  fmt::print("{} seeds from {}: all well\n", seeds, from);
}
