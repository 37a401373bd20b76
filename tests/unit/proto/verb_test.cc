// The table of verbs: every request, and every field that makes another request of it.
#include "proto/verb.h"

#include <catch2/catch.hpp>
#include <map>

namespace muster {
namespace {

// The least role of a request that has no field, and of one that has all of them.
struct Expected {
  std::string bare, full;
};

const std::map<std::string_view, Expected> of_verbs = {{"ps", {"read", "read"}},
                                                       {"scale", {"read", "operate"}},
                                                       {"restart", {"operate", "operate"}},
                                                       {"stop", {"operate", "operate"}},
                                                       {"start", {"operate", "operate"}},
                                                       {"kill", {"operate", "operate"}},
                                                       {"run", {"admin", "admin"}},
                                                       {"attach", {"admin", "admin"}},
                                                       {"config", {"read", "admin"}},
                                                       {"releases", {"read", "read"}},
                                                       {"rollback", {"operate", "operate"}},
                                                       {"deploy", {"admin", "admin"}},
                                                       {"status", {"read", "read"}},
                                                       {"reload", {"operate", "operate"}},
                                                       {"shutdown", {"admin", "admin"}},
                                                       {"upgrade", {"admin", "admin"}},
                                                       {"key", {"admin", "admin"}},
                                                       {"key", {"admin", "admin"}},
                                                       {"version", {"read", "read"}},
                                                       {"replay", {"read", "read"}},
                                                       {"credit", {"read", "read"}},
                                                       {"input", {"admin", "admin"}},
                                                       {"signal", {"admin", "admin"}},
                                                       {"resize", {"admin", "admin"}},
                                                       {"cancel", {"read", "read"}}};

// Fills each field of those that can change what a request does.
template <class Body>
Body with_all_fields() {
  Body body;
  if constexpr (requires { body.changes; }) body.changes = {"web=1"};
  if constexpr (requires { body.set; }) body.set = {{"A", "1"}};
  if constexpr (requires { body.unset; }) body.unset = {"B"};
  if constexpr (requires { body.wait; }) body.wait = 5;
  if constexpr (requires { body.usage; }) body.usage = true;
  if constexpr (requires { body.credit; }) body.credit = 16;
  if constexpr (requires { body.names.clear(); }) body.names = {"web"};
  return body;
}

template <size_t... I>
void check_all(std::index_sequence<I...>) {
  const auto check = []<class Body>(const Body&) {
    const RequestBody bare = Body{}, full = with_all_fields<Body>();
    const auto expected = of_verbs.find(verb_of(bare).name);
    INFO(verb_of(bare).name);
    REQUIRE(expected != of_verbs.end());
    CHECK(name_of(role_for(bare)) == expected->second.bare);
    CHECK(name_of(role_for(full)) == expected->second.full);
    for (Role role : {Role::read, Role::operate, Role::admin}) {
      CHECK(may(role, bare) == (role >= role_for(bare)));
      CHECK(may(role, full) == (role >= role_for(full)));
    }
  };
  (check(std::variant_alternative_t<I, RequestBody>{}), ...);
}

}  // namespace

TEST_CASE("each request has one least role, which its fields can raise") {
  check_all(std::make_index_sequence<std::variant_size_v<RequestBody>>());
  CHECK(of_verbs.size() == std::variant_size_v<RequestBody>);
}

TEST_CASE("one field that changes something is enough to raise the role") {
  CHECK(role_for(ScaleRequest{{}, 5}) == Role::read);
  CHECK(role_for(ScaleRequest{{"web+0"}}) == Role::operate);
  CHECK(role_for(ConfigRequest{{}, {}, 5}) == Role::read);
  CHECK(role_for(ConfigRequest{{{"A", ""}}, {}}) == Role::admin);
  CHECK(role_for(ConfigRequest{{}, {"A"}}) == Role::admin);
}

TEST_CASE("a request is repeatable where a second one brings about no more than the first") {
  CHECK(is_repeatable(ScaleRequest{{"web=2"}}));
  CHECK_FALSE(is_repeatable(ScaleRequest{{"web=2", "worker+1"}}));
  CHECK_FALSE(is_repeatable(ScaleRequest{}));  // it asks, and is simply asked again
  CHECK(is_repeatable(StopRequest{{"web"}}));
  CHECK_FALSE(is_repeatable(RestartRequest{}));
  CHECK_FALSE(is_repeatable(RunRequest{}));
}

TEST_CASE("a question is never awaited by credit, and a change that takes its time is") {
  for (const RequestBody& body :
       std::initializer_list<RequestBody>{PsRequest{}, StatusRequest{}, VersionRequest{},
                                          ReleasesRequest{}, ScaleRequest{}, ConfigRequest{}}) {
    INFO(verb_of(body).name);
    CHECK(is_question(body));
    CHECK_FALSE(is_awaited(body));
  }
  for (const RequestBody& body : std::initializer_list<RequestBody>{
           ScaleRequest{{"web=2"}}, RestartRequest{}, RollbackRequest{}, DeployRequest{}}) {
    INFO(verb_of(body).name);
    CHECK_FALSE(is_question(body));
    CHECK(is_awaited(body));
  }
}

}  // namespace muster
