// sim_router: the router in its world (router_simulation.h, play.h).
#include "play.h"
#include "router_simulation.h"

int main(int argc, char** argv) {
  return muster::sim::play(argc, argv,
                           [](uint64_t seed) { return muster::sim::simulate_router(seed); });
}
