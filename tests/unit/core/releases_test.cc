// The list of releases and the plans for the next one.
#include "daemon/core/releases.h"

#include <catch2/catch.hpp>

#include "proto/limits.h"

using namespace muster;

namespace {

Release release(uint64_t number, Config config = {}, std::string code = {}) {
  Release made;
  made.number = number;
  made.config = std::move(config);
  made.code = std::move(code);
  return made;
}

Releases three() {
  return Releases(
      {release(1, {{"A", "1"}}), release(2, {{"A", "2"}}, "c1"), release(3, {{"A", "2"}}, "c2")});
}

}  // namespace

TEST_CASE("a change of config vars is the next release, with the same code") {
  const auto planned = plan_config(three(), {{{"B", "x"}, {"C", "y"}}, {}});
  REQUIRE(planned);
  REQUIRE(*planned);
  CHECK((*planned)->number == 4);
  CHECK((*planned)->change == "Set B, C config vars");
  CHECK((*planned)->config == Config{{"A", "2"}, {"B", "x"}, {"C", "y"}});
  CHECK((*planned)->code == "c2");
  CHECK((*plan_config(three(), {{}, {"A"}}))->change == "Unset A config vars");
  CHECK((*plan_config(three(), {{{"B", "x"}}, {"A"}}))->change == "Set B config vars, unset A");
}

TEST_CASE("what is set already, or not set at all, is no change") {
  CHECK_FALSE(*plan_config(three(), {{{"A", "2"}}, {}}));
  CHECK_FALSE(*plan_config(three(), {{}, {"ZOO"}}));
}

TEST_CASE("names that cannot be, or are muster's to give, are refused") {
  for (auto name : {"", "A-B", "A=B", "Ä", "A B"})
    CHECK(plan_config(three(), {{{name, "1"}}, {}}).error().refusal == Refusal::usage);
  CHECK(plan_config(three(), {{{"PORT", "1"}}, {}}).error().message ==
        "PORT is given to each process by muster and cannot be set");
  CHECK_FALSE(plan_config(three(), {{{"A", std::string("1\0", 2)}}, {}}));
  CHECK_FALSE(plan_config(three(), {{{"A", "1"}}, {"A"}}));
  CHECK(
      plan_config(three(), {{{"A", std::string(limits::config_vars, 'x')}}, {}}).error().refusal ==
      Refusal::no);
}

TEST_CASE("no more config vars can be set than a reply can tell") {
  Config most;
  for (size_t i = 0; i < limits::variables; i++) most["A" + std::to_string(i)];
  CHECK(plan_config(Releases(), {most, {}}));
  CHECK(plan_config(Releases({release(1, most)}), {{{"B", ""}}, {}}).error().message ==
        "4097 config vars are too many: at most 4096");
}

TEST_CASE("a rollback takes config vars and code of the older one, under a new number") {
  const auto planned = plan_rollback(three(), 1);
  REQUIRE(planned);
  CHECK(planned->number == 4);
  CHECK(planned->change == "Rollback to v1");
  CHECK(planned->config == Config{{"A", "1"}});
  CHECK(planned->code.empty());
  CHECK(plan_rollback(three(), {})->change == "Rollback to v2");
}

TEST_CASE("the way back from a first release that did not come up names that") {
  CHECK(plan_take_back(three(), 2).change == "Rollback to v2");
  const Release back = plan_take_back(Releases({release(1, {{"A", "1"}})}), 0);
  CHECK(back.change == "Rollback to before v1");
  CHECK(back.config.empty());
}

TEST_CASE("a rollback without a number passes over what did not come up") {
  auto releases = three();
  releases.mark_failed(2, "web.1 crashed");
  CHECK(plan_rollback(releases, {})->change == "Rollback to v1");
}

TEST_CASE("where there is nothing to go back to it is refused") {
  CHECK(plan_rollback({}, {}).error().message == "there are no releases yet");
  CHECK(plan_rollback(Releases({release(1)}), {}).error().message == "there is no earlier release");
  CHECK(plan_rollback(three(), 7).error().message == "No such release as v7; there are v1 to v3");
  CHECK(plan_rollback(three(), 3).error().message == "v3 is the current release");
}

TEST_CASE("a checkout is a name, and never a path") {
  CHECK(plan_deploy(three(), {"c3", "de63889"})->change == "Deploy de63889");
  for (auto code : {"", "..", "a/b", ".git"}) CHECK_FALSE(plan_deploy(three(), {code, "x"}));
}

TEST_CASE("numbers go on when the oldest are forgotten") {
  Releases releases;
  for (uint64_t n = 1; n <= Releases::most + 3; n++) releases.add(release(n));
  CHECK(releases.list().size() == Releases::most);
  CHECK(releases.current().number == Releases::most + 3);
  CHECK_FALSE(releases.find(3));
}
