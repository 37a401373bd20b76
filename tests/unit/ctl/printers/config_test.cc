// Config vars as a table, for a shell, and as JSON.
#include "ctl/printers/config.h"

#include <catch2/catch.hpp>

using namespace muster;

namespace {
const ConfigVars some{{"A", "1"}, {"LONGER", "it's two\nlines"}};
}  // namespace

TEST_CASE("values stand below each other, and none can forge a line") {
  CHECK(config_table("shop", some) ==
        "=== shop Config Vars\nA:      1\nLONGER: it's two\\x0alines\n");
  CHECK(config_table("shop", {}) == "=== shop Config Vars\n");
}

TEST_CASE("a shell reads back what was set") {
  CHECK(config_shell(some) == "A=1\nLONGER='it'\\''s two\nlines'\n");
}

TEST_CASE("as JSON they are an object") {
  CHECK(config_json({{"A", "1"}}) == "{\n  \"A\": \"1\"\n}\n");
  CHECK(config_json({}) == "{}\n");
}
