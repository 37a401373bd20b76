// Scale words and the arithmetic of formations.
#include "daemon/core/formation.h"

#include <catch2/catch.hpp>

using namespace muster;
using Kind = ScaleWord::Kind;

namespace {

const FormationCounts two_types{{"web", 2}, {"worker", 1}};

std::string refusal(const std::vector<std::string>& words) {
  auto plan = plan_scale(words, two_types);
  REQUIRE_FALSE(plan);
  return plan.error().message;
}
FormationCounts outcome(const std::vector<std::string>& words) {
  auto plan = plan_scale(words, two_types);
  REQUIRE(plan);
  return plan->formation;
}

}  // namespace

TEST_CASE("a scale word is a type, a sign and digits") {
  CHECK(parse_scale_word("web=2") == ScaleWord{"web", Kind::absolute, 2});
  CHECK(parse_scale_word("web+1") == ScaleWord{"web", Kind::relative, 1});
  CHECK(parse_scale_word("web-1") == ScaleWord{"web", Kind::relative, -1});
  CHECK(parse_scale_word("a_b-c9=007") == ScaleWord{"a_b-c9", Kind::absolute, 7});
  CHECK(parse_scale_word("9to5-1") == ScaleWord{"9to5", Kind::relative, -1});
  CHECK(parse_scale_word("web--1") == ScaleWord{"web-", Kind::relative, -1});
  CHECK(parse_scale_word("web=000000000000002") == ScaleWord{"web", Kind::absolute, 2});
  for (auto word : {"", "=", "=1", "web", "web=", "web=x", "web=1.5", "web=+1", "web==1", "web:2",
                    "web=2 ", " web=2", "web=-1", "2", "wéb=1", "web=2,worker=1"}) {
    INFO(word);
    CHECK_FALSE(parse_scale_word(word));
  }
  CHECK_FALSE(parse_scale_word(std::string("we\0b=1", 6)));
}

TEST_CASE("only the named types change, and are told in the order of the request") {
  auto plan = plan_scale({"worker+2", "web=1"}, two_types);
  REQUIRE(plan);
  CHECK(plan->formation == FormationCounts{{"web", 1}, {"worker", 3}});
  CHECK(plan->changed == std::vector<std::pair<std::string, uint32_t>>{{"worker", 3}, {"web", 1}});
}

TEST_CASE("no words plan the formation as it is") { CHECK(outcome({}) == two_types); }

TEST_CASE("a type that is named twice takes the words from left to right") {
  CHECK(outcome({"web=7", "web=5"})["web"] == 5);
  CHECK(outcome({"web+1", "web+1"})["web"] == 4);
  CHECK(outcome({"web=3", "web+1"})["web"] == 4);
  CHECK(outcome({"web+1", "web=3"})["web"] == 3);
  CHECK(outcome({"web-5", "web+5"})["web"] == 2);
  CHECK(plan_scale({"web=7", "worker=1", "web=5"}, two_types)->changed ==
        std::vector<std::pair<std::string, uint32_t>>{{"web", 5}, {"worker", 1}});
}

TEST_CASE("a malformed word is quoted and is the usage's fault") {
  CHECK(refusal({"web=1", "worker:2"}) == "'worker:2' is not of the form TYPE=N, TYPE+N or TYPE-N");
  CHECK(plan_scale({"web"}, two_types).error().refusal == Refusal::usage);
}

TEST_CASE("an unknown type is named, with those that there are") {
  CHECK(refusal({"zookeeper=1"}) == "No such type as zookeeper; there are web, worker");
  CHECK(plan_scale({"zookeeper=1"}, two_types).error().refusal == Refusal::no);
}

TEST_CASE("a result outside the limits says the number") {
  CHECK(refusal({"web-3"}) == "web would be at -1, which is below 0");
  CHECK(refusal({"web=4097"}) == "web would be at 4097; an app may have 4096 processes");
  CHECK(refusal({"web=4096"}) == "that makes 4097 processes; an app may have 4096");
  CHECK(outcome({"web=4096", "worker=0"})["web"] == 4096);
  CHECK(refusal({"web=99999999999999999999"}).find("'web=99999999999999999999'") == 0);
  CHECK(refusal({"web+4294967296"}).find("'web+4294967296'") == 0);
}

TEST_CASE("a saved formation is fitted to the types that there are") {
  const Types types(AppModel{{{"web", "x"}, {"mail", "y"}, {"clock", "z"}}, {}});
  CHECK(fitted({{"web", 2}, {"worker", 5}}, types) ==
        FormationCounts{{"clock", 0}, {"mail", 0}, {"web", 2}});
  CHECK(fitted({{"web", 4000}, {"mail", 4000}, {"clock", 1}}, types) ==
        FormationCounts{{"clock", 0}, {"mail", 96}, {"web", 4000}});
  CHECK(fitted({{"clock", 4}}, types)["clock"] == 1);
}
