// Which commands may be run without a shell that waits for them.
#include "daemon/edge/launch/shell_command.h"

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

using Words = std::vector<std::string>;

TEST_CASE("plain words need no shell") {
  CHECK(shell_words("node web.js") == Words{"node", "web.js"});
  CHECK(shell_words("  bin/server\t--port=80 -v ") == Words{"bin/server", "--port=80", "-v"});
  CHECK(shell_words("exec sleep 1000") == Words{"sleep", "1000"});
}

TEST_CASE("what a shell has to do is left to a shell") {
  for (std::string command :
       {"node $PORT", "ls *.rb", "cat ~/x", "prog 'a b'", "prog \"a\"", "prog a\\ b", "prog [ab]",
        "prog a?", "prog >x", "prog 2>&1", "prog #x", "prog {a,b}", "prog !x", "prog ^x"}) {
    CAPTURE(command);
    CHECK(shell_words(command) == Words{"/bin/sh", "-c", with_exec(command)});
  }
  for (std::string command : {"echo hi", "cd /srv", "A=1 prog", "true", "exec", "exec -a x prog",
                              "exec cd", "exec exec prog", "", " ", "time prog", "12 x"}) {
    CAPTURE(command);
    CHECK(shell_words(command) == Words{"/bin/sh", "-c", command});
  }
}

}  // namespace
}  // namespace muster
