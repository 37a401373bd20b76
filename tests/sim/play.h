// The program around a simulation: `NAME [--seeds N] [--from S]` plays N seeds beginning at S, and
// on a failure says what went wrong and how to play it again.
#pragma once

#include <fmt/format.h>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace muster::sim {

inline const char* program;
inline volatile uint64_t seed_playing;

// A failed CHECK ends the process: say at least which seed it was.
inline void tell_seed(int) {
  std::fprintf(stderr, "again: %s --seeds 1 --from %ju\n", program, uintmax_t{seed_playing});
}

// `simulate(seed)` returns nothing, or what went wrong. Returns the program's exit status.
template <class Simulate>
int play(int argc, char** argv, Simulate simulate) {
  uint64_t seeds = 2000, from = 1;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view option = argv[i];
    const uint64_t value = std::strtoull(argv[i + 1], nullptr, 10);
    if (option == "--seeds") seeds = value;
    if (option == "--from") from = value;
  }
  program = argv[0];
  std::signal(SIGABRT, tell_seed);
  for (uint64_t seed = from; seed < from + seeds; seed++) {
    seed_playing = seed;
    const std::optional<std::string> failure = simulate(seed);
    if (!failure) continue;
    fmt::print("seed {}: {}\n", seed, *failure);
    tell_seed(0);
    return 1;
  }
  fmt::print("{} seeds from {}: all well\n", seeds, from);
  return 0;
}

}  // namespace muster::sim
