// Which commands may be run without a shell that waits for them.
#include "daemon/edge/shell_command.h"

#include <catch2/catch.hpp>

namespace muster {
namespace {

TEST_CASE("a simple command that names a program becomes that program") {
  for (std::string command :
       {"node web.js", "/usr/bin/env python3 -u app.py", "bundle exec puma -p $PORT",
        "./bin/server --port=$PORT --name \"$DYNO\"", "prog 'a;b' \"c&d\" e\\;f",
        "prog > out.log 2>&1", "prog >|file <in", "prog ${PORT:-5000}", "prog {}", "../x",
        "prog a=b", "prog # what it does; and why", "prog a#b", "make if", "prog 2>&1 # $(x"}) {
    CAPTURE(command);
    CHECK(with_exec(command) == "exec " + command);
  }
  CHECK(with_exec("\t prog x") == "exec prog x");
}

TEST_CASE("a command with more to it than one program stays as it is") {
  for (std::string command : {"a; b",
                              "a && b",
                              "a || b",
                              "a | b",
                              "a &",
                              "a & b",
                              "(a)",
                              "{ a; }",
                              "a\nb",
                              "a `b`",
                              "a $(b)",
                              "a \"$(b; c)\"",
                              "if true; then a; fi",
                              "for x in 1 2; do a; done",
                              "while :; do a; done",
                              "! a",
                              "A=1 prog",
                              "A=1",
                              "$PROG x",
                              "\"prog\" x",
                              "pr*g",
                              "~/bin/x",
                              ">out prog",
                              "2>err prog",
                              "f() { a; }",
                              "a |& b",
                              "a &> b",
                              "a \\\nb",
                              "# nothing",
                              "prog # one\nprog two"}) {
    CAPTURE(command);
    CHECK(with_exec(command) == command);
  }
}

TEST_CASE("a builtin of the shell is not replaced by a program of the same name") {
  for (std::string command :
       {"cd /srv", "echo hi", "exec prog", "true", ":", "test -f x", "[ -f x ]", "printf x",
        ". ./env", "exit 3", "kill 1", "trap x TERM", "ulimit -n 1", "wait", "time prog"}) {
    CAPTURE(command);
    CHECK(with_exec(command) == command);
  }
}

TEST_CASE("what the shell would complain about is left for it to complain about") {
  for (std::string command :
       {"", " ", "\t", "prog 'open", "prog \"open", "prog \\", "prog \"open \\"}) {
    CAPTURE(command);
    CHECK(with_exec(command) == command);
  }
}

}  // namespace
}  // namespace muster
