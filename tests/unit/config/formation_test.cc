// Formations as people write them and as the daemon keeps them.
#include "daemon/config/formation.h"

#include <catch2/catch.hpp>

using namespace muster;

namespace {
const std::vector<ProcessType> types = {{"web", "a"}, {"worker", "b"}, {"clock", "c"}};
}

TEST_CASE("a formation option gives what is named and none of the rest") {
  CHECK(*parse_formation_option("web=2,worker=1", types) ==
        FormationCounts{{"clock", 0}, {"web", 2}, {"worker", 1}});
  CHECK(*parse_formation_option(" web = 2 , ", types) ==
        FormationCounts{{"clock", 0}, {"web", 2}, {"worker", 0}});
}

TEST_CASE("all=N speaks for the types that are not named") {
  CHECK(*parse_formation_option("all=1,web=3", types) ==
        FormationCounts{{"clock", 1}, {"web", 3}, {"worker", 1}});
}

TEST_CASE("a formation option that is not understood is refused whole") {
  for (std::string text : {"", ",", "web", "web=", "=1", "web=x", "web=-1", "web=+1", "web=1x",
                           "web=1.5", "web=1=2", "web=1,web=2", "nope=1", "all=1,all=2", "web=4097",
                           "web=99999999999", "web=2048,worker=2049", "w/b=1"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_formation_option(text, types));
  }
  CHECK(parse_formation_option("nope=1", types).message() ==
        "there is no process type 'nope' in the Procfile");
  CHECK(parse_formation_option("web=x", types).message() ==
        "'web=x': the count is not a whole number from 0 on");
}

TEST_CASE("a printed formation can be read back") {
  FormationCounts counts = {{"web", 2}, {"worker", 1}, {"clock", 0}};
  CHECK(format_formation(counts) == "clock=0 web=2 worker=1");
  CHECK(*parse_formation(format_formation(counts)) == counts);
  CHECK(*parse_formation("web=2\nworker=1\n") == FormationCounts{{"web", 2}, {"worker", 1}});
  CHECK(*parse_formation("") == FormationCounts{});
  CHECK_FALSE(parse_formation("web=2 garbage"));
}

TEST_CASE("an app that was never started gets one of each") {
  CHECK(one_of_each(types) == FormationCounts{{"clock", 1}, {"web", 1}, {"worker", 1}});
}
