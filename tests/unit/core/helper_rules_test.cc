// When a helper is started again.
#include "daemon/core/helper_rules.h"

#include <catch2/catch.hpp>

using namespace muster;

TEST_CASE("a helper that keeps failing is tried ever more seldom, and is an alarm") {
  HelperRules rules;
  MonoTime now{1h};
  Nanos before{};
  for (int i = 1; i <= 30; i++) {
    rules.on_start(now);
    CHECK(rules.is_alarm(now, true) == (i > HelperRules::alarming));
    const Nanos pause = rules.on_end(now);
    CHECK(rules.is_news() == (i <= HelperRules::alarming));
    CHECK(pause >= before);
    CHECK(pause <= HelperRules::longest_pause);
    before = pause;
    now += pause;
  }
  CHECK(before == HelperRules::longest_pause);
  rules.on_start(now);
  CHECK(rules.is_alarm(now, true));
  CHECK_FALSE(rules.is_alarm(now + HelperRules::settled_after, true));
}

TEST_CASE("a helper that has run for a while begins anew, and so does one that is told to") {
  HelperRules rules;
  MonoTime now{1h};
  for (int i = 0; i < 5; i++) {
    rules.on_start(now);
    (void)rules.on_end(now);
  }
  rules.on_start(now);
  now += HelperRules::settled_after;
  CHECK(rules.on_end(now) == HelperRules::first_pause);
  CHECK_FALSE(rules.is_alarm(now, false));
  for (int i = 0; i < 5; i++) (void)rules.on_end(now);
  rules.forget();
  rules.on_start(now);
  CHECK(rules.on_end(now) == HelperRules::first_pause);
}
