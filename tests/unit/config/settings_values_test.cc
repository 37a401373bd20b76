// The words of muster.toml, one by one.
#include "daemon/config/settings_values.h"

#include <catch2/catch.hpp>

using namespace muster;

TEST_CASE("a duration is numbers with units") {
  CHECK(*parse_duration("0s") == 0s);
  CHECK(*parse_duration("250ms") == 250ms);
  CHECK(*parse_duration("1h2m3s") == 1h + 2min + 3s);
  CHECK(*parse_duration("2d") == 48h);
  for (auto text : {"", "5", "s", "5 s", "-5s", "5x", "5s5", "1.5s", "99999999999s"})
    CHECK_FALSE(parse_duration(text));
  CHECK(parse_duration("4000000000d").message() == "'4000000000d' is longer than a year");
  CHECK_FALSE(parse_duration("300d300d"));
}

TEST_CASE("a signal is one that can be caught") {
  CHECK(*parse_signal("INT") == Signal{SIGINT});
  CHECK(*parse_signal("SIGUSR1") == Signal{SIGUSR1});
  for (auto text : {"", "SIG", "int", "2", "KILL", "SIGSTOP"}) CHECK_FALSE(parse_signal(text));
  CHECK(name_of(Signal{}) == "SIGTERM");
}

TEST_CASE("a mask is octal digits") {
  CHECK(*parse_mask("0") == FileMask{0});
  CHECK(*parse_mask("0777") == FileMask{0777});
  for (auto text : {"", "8", "1777", "rwx", "-1", "0x1"}) CHECK_FALSE(parse_mask(text));
}

TEST_CASE("a limit is a number, perhaps with a power of 1024, or unlimited") {
  CHECK(*parse_limit("0") == ResourceLimit{0});
  CHECK(*parse_limit("64K") == ResourceLimit{65536});
  CHECK(*parse_limit("2T") == ResourceLimit{uint64_t{2} << 40});
  CHECK(*parse_limit("unlimited") == ResourceLimit{});
  for (auto text : {"", "K", "64k", "64KB", "-1", "1.5G", "18446744073709551615", "99999999999T"})
    CHECK_FALSE(parse_limit(text));
}

TEST_CASE("what shows that a process is up is a word, or one with more behind a colon") {
  using Kind = Readiness::Kind;
  CHECK(parse_readiness("port") == Readiness{Kind::port, {}, {}});
  CHECK(parse_readiness("none") == Readiness{});
  CHECK(parse_readiness("notify") == Readiness{Kind::notify, {}, {}});
  CHECK(parse_readiness("delay:1m30s") == Readiness{Kind::delay, {}, 90s});
  CHECK(parse_readiness("log:^Listening (on|at) ") ==
        Readiness{Kind::log, "^Listening (on|at) ", {}});
  CHECK(parse_readiness("exec:test -f a:b") == Readiness{Kind::exec, "test -f a:b", {}});
  CHECK(parse_readiness("http:/health?a=b") == Readiness{Kind::http, "/health?a=b", {}});
  for (auto wrong : {"", "prot", "port:80", "delay", "delay:", "delay:soon", "exec:", "exec: ",
                     "log:", "log:(", "http:", "http:health", "http:/a b", "http:/a\r\nb"}) {
    INFO(wrong);
    CHECK_FALSE(parse_readiness(wrong));
  }
}
