// The things that muster.toml may not say, or says in vain: ids, tables, texts without quotes,
// bounds, and what only comes out when keys and types are looked at together. No file is read here.
#include <catch2/catch.hpp>

#include "daemon/config/settings_file.h"
#include "daemon/config/settings_keys.h"

#include "tests/unit/config/settings_stage.h"

using namespace muster;

TEST_CASE("a number that system calls read as \"leave it\" is nobody's, however it is written") {
  for (std::string key : {"user", "group"})
    for (auto* id : {"4294967295",
                     "65535",
                     "-1",
                     "-0",
                     "+0",
                     "+1000",
                     " 0",
                     "0 ",
                     "0x0",
                     "0xffffffff",
                     "0XFFFF",
                     "00",
                     "007",
                     "04294967295",
                     "4294967296",
                     "18446744073709551615",
                     "99999999999999999999999999",
                     "1_000",
                     "1.0",
                     "1e3",
                     "",
                     " ",
                     "\\t",
                     "a b",
                     "a:b",
                     "../x",
                     "--",
                     "-x"}) {
      INFO(key << " = '" << id << "'");
      const auto errors = outcome_of("[web]\n" + key + " = \"" + id + "\"\n").errors;
      REQUIRE(errors.size() == 1);
      CHECK(errors[0].text().starts_with("muster.toml:2: " + key + ": "));
    }
  for (auto* id : {"0", "1", "1000", "65534", "65536", "4294967294", "www-data", "_apt", "3proxy",
                   "first.last", "WIN\\\\user", "svc$", "name@example.org"}) {
    INFO(id);
    CHECK(outcome_of("[web]\nuser = \"" + std::string(id) + "\"\n").errors.empty());
  }
}

TEST_CASE("a table that is written wrongly is told how") {
  CHECK(texts_of(outcome_of("[[web]]\nnice = 1\n").errors) ==
        Texts{"muster.toml:1: [[web]] is a list of tables: write [web]"});
  CHECK(texts_of(outcome_of("app = 'x'\n").errors) ==
        Texts{"muster.toml:1: 'app' is to be a table: write [app], and its keys below that"});
  CHECK(texts_of(outcome_of("web = 3\nrun = []\n").errors) ==
        Texts{"muster.toml:1: 'web' is to be a table: write [web], and its keys below that",
              "muster.toml:2: 'run' is to be a table: write [run], and its keys below that"});
}

TEST_CASE("a text without quotes is shown with them") {
  const std::pair<const char*, const char*> slips[] = {
      {"grace = 5s", "grace: a text must stand in quotes: grace = \"5s\""},
      {"signal = INT # as ever", "signal: a text must stand in quotes: signal = \"INT\""},
      {"umask = 027", "umask: a text must stand in quotes: umask = \"027\""},
      {"memory=512M", "memory: a text must stand in quotes: memory = \"512M\""},
      {"ready = exec:curl x", "ready: a text must stand in quotes: ready = \"exec:curl x\""},
      {"backoff = { base = 1s, cap = '1m' }", "base: a text must stand in quotes: base = \"1s\""},
      {"env = { A = '1', B = b }", "B: a text must stand in quotes: B = \"b\""}};
  for (auto& [line, message] : slips)
    CHECK(texts_of(outcome_of("[web]\n# before\n" + std::string(line) + "\n").errors) ==
          Texts{"muster.toml:3: " + std::string(message)});
}

TEST_CASE("an error inside of a table that goes over lines stands on its own line") {
  CHECK(texts_of(outcome_of("[web]\nneeds = [\n  'worker',\n  'wroker',\n]\n").errors) ==
        Texts{"muster.toml:4: needs: the Procfile has no type 'wroker', did you mean 'worker'?"});
  CHECK(
      texts_of(outcome_of("[web.health]\ncheck = 'port'\nevery = 'soon'\n").errors) ==
      Texts{"muster.toml:3: health: every: 'soon' is not a duration, such as \"500ms\", \"5s\" or "
            "\"1m30s\""});
  CHECK(texts_of(outcome_of("[web.env]\nA = '1'\nB = 2\n").errors) ==
        Texts{"muster.toml:3: env: B: must be a text in quotes: \"2\""});
  CHECK(texts_of(outcome_of("[web]\nsuccess = [0,\n1,\n256]\n").errors) ==
        Texts{"muster.toml:4: success: must be a list of exit statuses, 0 to 255"});
}

TEST_CASE("a key that means nothing where it stands is a warning, on its line") {
  CHECK(texts_of(outcome_of("[web]\ncron = '@daily'\nready = 'port'\nhealth = 'port'\n"
                            "listen = '80'\nmax_age = '1h'\nsuccess = [0]\nuser = 'root'\n")
                     .warnings) ==
        Texts{"muster.toml:3: ready has no effect on web, which has a cron and is not in the "
              "formation",
              "muster.toml:4: health has no effect on web, which has a cron and is not in the "
              "formation",
              "muster.toml:5: listen has no effect on web, which has a cron and is not in the "
              "formation"});
  CHECK(
      texts_of(
          outcome_of("[run]\ncron = '@daily'\nroll = 2\nrestart = 'never'\nnice = 1\n").warnings) ==
      Texts{"muster.toml:2: cron has no effect on one-off commands",
            "muster.toml:3: roll has no effect on one-off commands",
            "muster.toml:4: restart has no effect on one-off commands"});
  const AppModel deployed{{{"web", "x"}, {"release", "migrate"}}, {}};
  CHECK(texts_of(outcome_of("[release]\ncron = '@daily'\nneeds = ['web']\n", deployed).warnings)
            .size() == 2);
  CHECK(texts_of(
            outcome_of("[app]\nenv = { PS = 'x' }\n[web.env]\nDYNO = 'y'\nA = 'b'\n").warnings) ==
        Texts{"muster.toml:2: env: PS has no effect: muster gives it to each process",
              "muster.toml:4: env: DYNO has no effect: muster gives it to each process"});
}

TEST_CASE("a need that can never be met is refused with the reason") {
  AppModel model{{{"web", "x"}, {"job", "x"}, {"release", "x"}, {"task", "x"}}, {}};
  const std::string rest = "[job]\ncron = '@daily'\n[task]\nrestart = 'on-failure'\n";
  const std::string forever = " and is never in the formation: this would wait for ever";
  CHECK(texts_of(outcome_of("[web]\nneeds = ['job']\n" + rest, model).errors) ==
        Texts{"muster.toml:2: needs: job is run by its cron" + forever});
  CHECK(texts_of(outcome_of("[web]\nneeds = ['release:completed']\n" + rest, model).errors) ==
        Texts{"muster.toml:2: needs: release is run before a release" + forever});
  CHECK(texts_of(outcome_of("[web]\nneeds = ['task:completed']\n" + rest, model).errors).empty());
}

TEST_CASE("a process that is killed before its delay is over could never come up") {
  CHECK(
      texts_of(outcome_of("[app]\nboot_timeout = 5\n[web]\nready = 'delay:6s'\n").errors) ==
      Texts{"muster.toml:2: boot_timeout: is over before the delay of ready is, so that web never "
            "comes up"});
  CHECK(outcome_of("[web]\nboot_timeout = 5\nready = 'delay:5s'\n").errors.empty());
}

TEST_CASE("a text is bounded before it is parsed") {
  const auto times = [](size_t n, const std::string& text) {
    std::string all;
    while (n-- > 0) all += text;
    return all;
  };
  const auto only_error = [](const std::string& text) {
    const auto errors = outcome_of(text).errors;
    return errors.size() == 1 ? errors[0].text() : std::to_string(errors.size()) + " errors";
  };
  CHECK(only_error("\n[web]\nx = " + times(100'000, "[")) ==
        "muster.toml:3: it is nested more than 32 deep");
  CHECK(only_error("[web]\nx = " + times(50'000, "{a=")) ==
        "muster.toml:2: it is nested more than 32 deep");
  CHECK(only_error("[" + times(250'000, "a.") + "a]") ==
        "muster.toml:1: a key has more than 4 parts");
  CHECK(only_error("[web]\n" + times(250'000, "a . ") + "a = 1") ==
        "muster.toml:2: a key has more than 4 parts");
  CHECK(only_error("[web]\n'a'.\"b\".c.d.e = 1") == "muster.toml:2: a key has more than 4 parts");
  CHECK(outcome_of("[web]\nready = 'log:" + times(32, "(") + "a" + times(32, ")") +
                   "'\n[app.env]\nA = \"[[[[{{{{....\\\"....\"\nB = '''\n" + times(99, "[.") +
                   "''' # " + times(99, "[.") + "\n")
            .errors.empty());
  CHECK(only_error("[web]\nready = 'log:" + times(33, "(") + "a" + times(33, ")") + "'\n")
            .ends_with(": its parentheses are nested more than 32 deep"));
  std::string unknown = "[web]\n";
  for (int i = 0; i < 10'000; i++) unknown += "k" + std::to_string(i) + " = 1\n";
  const auto many = outcome_of(unknown).errors;
  CHECK(many.size() == most_complaints + 1);
}

TEST_CASE("the same settings are the same, however they are written") {
  const auto settings = [](const std::string& text) {
    AppModel model = shop();
    CHECK(take_settings("[web]\n" + text, "f", model).errors.empty());
    return model.types[0].settings;
  };
  CHECK(settings("directory = './a//b/'\n") == settings("directory = 'a/b'\n"));
  CHECK(settings("directory = '.'\n") == Settings());
  CHECK(settings("directory = '/'\n").surroundings.directory == "/");
  CHECK(settings("directory = 'a/../b'\n").surroundings.directory == "a/../b");
  CHECK(settings("success = [3, 0, 3]\n") == settings("success = [0, 3]\n"));
  CHECK(settings("listen = '8080'\n") == settings("listen = '0.0.0.0:8080'\n"));
}
