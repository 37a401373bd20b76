// The lines that a key with a forced command may ask for: those of ctl -H, to the letter.
#include "ctl/remote/forced.h"

#include <catch2/catch.hpp>

using namespace muster;

TEST_CASE("a key may ask where the daemon is, and be served") {
  CHECK(forced_request("env MUSTER_HOST= ctl where --json")->kind == ForcedRequest::Kind::where);
  CHECK(forced_request("env MUSTER_HOST= ctl where --json -a shop")->app == "shop");
  CHECK(forced_request("env MUSTER_HOST= ctl serve -a shop")->kind == ForcedRequest::Kind::serve);
  CHECK(forced_request("env MUSTER_HOST= ctl serve -a shop")->app == "shop");
  CHECK(forced_request("")->kind == ForcedRequest::Kind::serve);
}

TEST_CASE("a line that is only like one of them is refused") {
  for (auto* line :
       {"id", " ", "env MUSTER_HOST= ctl", "env MUSTER_HOST= ctl apps", "ctl where --json",
        "env MUSTER_HOST= ctl where --json;id", "env MUSTER_HOST= ctl where --json -a shop;id",
        "env MUSTER_HOST= ctl where --json -a ../x", "env MUSTER_HOST= ctl serve --role admin",
        "env MUSTER_HOST= ctl serve -a", "env MUSTER_HOST= ctl serve -a shop --role admin",
        "env MUSTER_HOST= ctl serve -a -x", "env MUSTER_HOST= ctl serve -a shop\nid"})
    CHECK_FALSE(forced_request(line));
}
