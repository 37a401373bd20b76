// The table of verbs, and what is made from it.
#include "ctl/verbs/verb.h"

#include <catch2/catch.hpp>

using namespace muster;

namespace {
std::string nearest(std::string_view name) {
  auto* verb = nearest_verb(name);
  return verb ? std::string(verb->name) : "";
}
}  // namespace

TEST_CASE("every verb is found by its name and shown in the overview") {
  const std::string text = overview();
  for (auto& verb : all_verbs()) {
    CAPTURE(verb.name);
    CHECK(find_verb(verb.name) == &verb);
    CHECK(text.find("  " + std::string(verb.name) + " ") != text.npos);
    CHECK(text.find(verb.summary) != text.npos);
    CHECK(verb.make() != nullptr);
  }
  CHECK(find_verb("pss") == nullptr);
  CHECK(find_verb("") == nullptr);
}

TEST_CASE("a slip of the finger is understood, another word is not") {
  CHECK(nearest("scael") == "scale");
  CHECK(nearest("log") == "logs");
  CHECK(nearest("restrat") == "restart");
  CHECK(nearest("p") == "ps");
  CHECK(nearest("shutdwn") == "shutdown");
  CHECK(nearest("elephant") == "");
  CHECK(nearest("") == "");
  CHECK(nearest(std::string(1000, 'x')) == "");
}
