// The texts while processes are restarted, stopped and started.
#include "ctl/printers/progress.h"

#include <catch2/catch.hpp>

using namespace muster;

TEST_CASE("all, types and processes are named as in 2011") {
  using Heads = std::vector<std::string>;
  CHECK(progress_heads("Restarting", {}) == Heads{"Restarting processes... "});
  CHECK(progress_heads("Stopping", {"web", "run.3"}) ==
        Heads{"Stopping web processes... ", "Stopping run.3 process... "});
}
