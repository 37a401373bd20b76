// sim: the core in its world (simulation.h, play.h). On a failure prints also what led to it.
#include "play.h"
#include "simulation.h"

int main(int argc, char** argv) {
  return muster::sim::play(argc, argv, [](uint64_t seed) -> std::optional<std::string> {
    const auto failure = muster::sim::simulate(seed);
    if (!failure) return {};
    for (auto& line : failure->trace) fmt::print("{}\n", line);
    return failure->what;
  });
}
