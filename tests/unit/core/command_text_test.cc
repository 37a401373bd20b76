// Words for a shell, and commands for people.
#include "daemon/core/command_text.h"

#include <catch2/catch.hpp>

using namespace muster;

TEST_CASE("harmless words stay as they are, others are quoted") {
  CHECK(shell_quoted({"node", "worker.js", "--port=80", "a b", "", "it's", "$HOME", "*"}) ==
        "node worker.js '--port=80' 'a b' '' 'it'\\''s' '$HOME' '*'");
  CHECK(shell_quoted("a/b-c_d.e:f@g,h+i%j") == "a/b-c_d.e:f@g,h+i%j");
}

TEST_CASE("only the port is filled in") {
  CHECK(with_port("serve -p $PORT -e $RAILS_ENV", 5000) == "serve -p 5000 -e $RAILS_ENV");
  CHECK(with_port("${PORT}0 $PORTS $PORT_2 $PORT/x", 80) == "800 $PORTS $PORT_2 80/x");
  CHECK(with_port("serve -p $PORT", {}) == "serve -p $PORT");
  CHECK(with_port("$PORT", 1) == "1");
  CHECK(with_port("$", 1) == "$");
}
