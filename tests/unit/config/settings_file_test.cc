// muster.toml: what is taken, and what is complained about, with file:line. No file is read here.
#include "daemon/config/settings_file.h"

#include <catch2/catch.hpp>

#include "tests/unit/config/settings_stage.h"

using namespace muster;

namespace {

// The model after a text in which there is nothing wrong.
AppModel model_of(std::string_view text) {
  AppModel model = shop();
  const auto found = take_settings(text, "muster.toml", model);
  for (auto& error : found.errors) FAIL(error.text());
  for (auto& warning : found.warnings) FAIL(warning.text());
  return model;
}

std::vector<std::string> errors_of(std::string_view text) {
  AppModel model = shop();
  std::vector<std::string> texts;
  for (auto& error : take_settings(text, "muster.toml", model).errors)
    texts.push_back(error.text());
  return texts;
}

using Errors = std::vector<std::string>;

}  // namespace

TEST_CASE("an empty muster.toml is as good as none") {
  CHECK(model_of("") == shop());
  CHECK(model_of("# nothing\n[app]\n[web]\n") == shop());
}

TEST_CASE("every key is taken") {
  const Settings web = model_of(R"([web]
backoff = { base = "1s", cap = "1m" }
boot_timeout = "20s"
core = "unlimited"
cpu = 1.5
directory = "site"
give_up = { crashes = 5, within = "1m" }
grace = "1m30s"
group = "staff"
kill = "tree"
listen = "8080"
max_age = "1d"
memory = "512M"
needs = ["worker:started"]
nice = -5
nofile = "64K"
oom_score = -10
pids = 100
ready = "http:/health"
restart = "on-failure"
signal = "INT"
singleton = true
success = [0, 143]
tty = true
umask = "027"
user = "deploy"
watchdog = "30s"
env = { RAILS_ENV = "production" }
)")
                           .find("web")
                           ->settings;
  CHECK(web.stopping == Stopping{{SIGINT}, {true}, 90s});
  CHECK(web.booting == Booting{Readiness{Readiness::Kind::http, "/health", {}}, 20s});
  CHECK(web.restarting ==
        Restarting{Restart::on_failure, {0, 143}, Backoff{1s, 1min}, GiveUp{5, 1min}});
  CHECK(web.singleton == true);
  CHECK(web.watching == Watching{{}, Watching::Period{30s}, Watching::Period{24h}});
  CHECK(web.listen == ListenAddress{{}, "0.0.0.0", 8080});
  CHECK(web.needs == std::vector{Need{"worker", Need::Until::started}});
  CHECK(web.surroundings ==
        Surroundings{"site",
                     FileMask{027},
                     Niceness{-5},
                     ResourceLimit{65536},
                     ResourceLimit{},
                     {"deploy", "staff"},
                     OomScore{-10},
                     {Quotas::Bytes{512 << 20}, Quotas::CorePercents{150}, Quotas::Tasks{100}},
                     {},
                     {Surroundings::usual_disk},
                     true});
  CHECK(web.env == Environment{{"RAILS_ENV", "production"}});
}

TEST_CASE("a type has what the app has, save where its own table says otherwise") {
  const AppModel model = model_of(R"([worker]
grace = 60
env.QUEUE = "high"
env.SIZE = "2"
[app]
signal = "SIGQUIT"
grace = "5s"
[app.env]
COLOUR = "blue"
SIZE = "1"
)");
  const Settings& web = model.find("web")->settings;
  CHECK(web == model.defaults);
  CHECK(web.stopping == Stopping{{SIGQUIT}, {}, 5s});
  const Settings& worker = model.find("worker")->settings;
  CHECK(worker.stopping == Stopping{{SIGQUIT}, {}, 60s});
  CHECK(worker.env == Environment{{"COLOUR", "blue"}, {"SIZE", "2"}, {"QUEUE", "high"}});
}

TEST_CASE("unknown keys and types are named with the nearest known one") {
  CHECK(errors_of("[web]\ngracee = 1\n") ==
        Errors{"muster.toml:2: unknown key 'gracee', did you mean 'grace'?"});
  CHECK(errors_of("[wbe]\nnice = 1\n") ==
        Errors{"muster.toml:1: the Procfile has no type 'wbe', did you mean 'web'?"});
  CHECK(errors_of("[zookeeper]\n") ==
        Errors{"muster.toml:1: the Procfile has no type 'zookeeper'"});
  CHECK(errors_of("[web]\nelephant = 1\n")[0].find("unknown key 'elephant'; there are ") !=
        std::string::npos);
}

TEST_CASE("what stands outside of a table is told where it belongs") {
  CHECK(errors_of("grace = 5\n") ==
        Errors{"muster.toml:1: 'grace' stands outside of a table: put it below [app] or below a "
               "process type's, as [web]"});
}

TEST_CASE("all errors are told, by line, and what is right is taken") {
  AppModel model = shop();
  const auto errors = take_settings(R"([worker]
signal = "KILL"
grace = "soon"
nice = 20
[web]
signal = "INT"
umask = 27
nofile = -1
directory = ""
env = { "A=B" = "x" }
[app.env]
SIZE = 3
)",
                                    "muster.toml", model)
                          .errors;
  Errors texts;
  for (auto& error : errors) texts.push_back(error.text());
  CHECK(texts ==
        Errors{"muster.toml:2: signal: 'KILL' cannot be caught",
               "muster.toml:3: grace: 'soon' is not a duration, such as \"500ms\", \"5s\" or "
               "\"1m30s\"",
               "muster.toml:4: nice: must be a whole number from -20 to 19",
               "muster.toml:7: umask: must be octal digits in quotes, as \"027\"",
               "muster.toml:8: nofile: '-1' is not a limit, such as 1024, \"64K\" or \"unlimited\"",
               "muster.toml:9: directory: is empty",
               "muster.toml:10: env: 'A=B' cannot be the name of a variable",
               "muster.toml:12: env: SIZE: must be a text in quotes: \"3\""});
  CHECK(model.find("web")->settings.stopping.signal == Signal{SIGINT});
}

TEST_CASE("how a process is started again is understood as a whole or not at all") {
  CHECK(model_of("[app]\nbackoff = 'heroku'\ngive_up.crashes = 3\n").defaults.restarting ==
        Restarting{Restart::always, {0}, Backoff{10min, 24h}, GiveUp{3, 10min}});
  CHECK(errors_of(R"([web]
restart = "sometimes"
backoff = "slow"
success = [0, 256]
singleton = "yes"
give_up = 3
[worker]
backoff = { base = "1m", cap = "1s" }
give_up = { crashes = 0 }
[app]
backoff = { bsae = "1s" }
)") == Errors{"muster.toml:2: restart: 'sometimes' is none of \"always\", \"on-failure\" and "
              "\"never\"",
              "muster.toml:3: backoff: 'slow' is no preset: write \"heroku\", or { base = \"10s\", "
              "cap = \"10m\" }",
              "muster.toml:4: success: must be a list of exit statuses, 0 to 255",
              "muster.toml:5: singleton: must be true or false, without quotes",
              "muster.toml:6: give_up: must be a table such as { crashes = 5, within = \"10m\" }",
              "muster.toml:8: backoff: needs a base of 1ms at least and a cap that is not below it",
              "muster.toml:9: give_up: crashes: must be a whole number from 1 to 100",
              "muster.toml:11: backoff: unknown field 'bsae'; there are base, cap"});
}

TEST_CASE("nobody is watched more often than once a second") {
  CHECK(errors_of("[web]\nwatchdog = '999ms'\nmax_age = 0\n") ==
        Errors{"muster.toml:2: watchdog: must be a second at least",
               "muster.toml:3: max_age: must be a second at least"});
}

TEST_CASE("limits are numbers that mean something") {
  CHECK(model_of("[app]\ncpu = 2\nmemory = 4096\n").defaults.surroundings.quotas ==
        Quotas{Quotas::Bytes{4096}, Quotas::CorePercents{200}, {}});
  CHECK(errors_of(R"([web]
cpu = 0
memory = "unlimited"
pids = 0
oom_score = 1001
user = 1000
[worker]
cpu = "half"
memory = "0K"
)") == Errors{
           "muster.toml:2: cpu: must be a number of processors such as 0.5 or 2",
           "muster.toml:3: memory: must be a size such as \"512M\"; without it there is no limit",
           "muster.toml:4: pids: must be a whole number from 1 to 4194304",
           "muster.toml:5: oom_score: must be a whole number from -1000 to 1000",
           "muster.toml:6: user: must be a text in quotes: \"1000\"",
           "muster.toml:8: cpu: must be a number of processors such as 0.5 or 2, without quotes",
           "muster.toml:9: memory: must be a size such as \"512M\""});
}

TEST_CASE("a health check is a text, or a table around one") {
  CHECK(*model_of("[app]\nhealth = 'http:/up'\n").defaults.watching.health ==
        HealthCheck{{Readiness::Kind::http, "/up", {}}, 10s, 5s, 3});
  CHECK(*model_of("[app]\nhealth = { check = 'port', every = 1, timeout = '2s', failures = 1 }\n")
             .defaults.watching.health == HealthCheck{{Readiness::Kind::port, {}, {}}, 1s, 2s, 1});
  CHECK(errors_of(R"([web]
health = "notify"
[worker]
health = { check = "port", failures = 0 }
[app]
health = { every = "1s" }
)") == Errors{"muster.toml:2: health: 'notify' is none of \"port\", \"exec:COMMAND\" and "
              "\"http:/PATH\"",
              "muster.toml:4: health: failures: must be a whole number from 1 to 1000",
              "muster.toml:6: health: must be a check, or a table such as { check = "
              "\"http:/health\", every = \"10s\" }"});
}

TEST_CASE("a schedule that is wrong says where") {
  CHECK(errors_of("[worker]\ncron = '61 * * * *'\nroll = 0\n") ==
        Errors{"muster.toml:2: cron: '61' is no minute (0 to 59)",
               "muster.toml:3: roll: must be a whole number from 1 to 4096"});
}

TEST_CASE("a singleton is one by its name, unless its table lifts that") {
  AppModel model{{{"clock", "tick"}, {"scheduler", "plan"}, {"web", "serve"}}, {}};
  CHECK(is_singleton(model.types[0]));
  CHECK(is_singleton(model.types[1]));
  CHECK_FALSE(is_singleton(model.types[2]));
  CHECK(take_settings("[clock]\nsingleton = false\n[web]\nsingleton = true\n", "muster.toml", model)
            .errors.empty());
  CHECK_FALSE(is_singleton(model.types[0]));
  CHECK(is_singleton(model.types[2]));
}

TEST_CASE("a text that is no TOML says where it stops being it") {
  AppModel model = shop();
  const auto errors = take_settings("[web]\nnice = = 3\n", "muster.toml", model).errors;
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].line == 2);
  CHECK(model == shop());
}

TEST_CASE("a type that is called app has the defaults, which have its name") {
  AppModel model{{{"app", "serve"}}, {}};
  CHECK(take_settings("[app]\nnice = 1\n", "muster.toml", model).errors.empty());
  CHECK(model.types[0].settings.surroundings.nice == Niceness{1});
}

TEST_CASE("changed keys are told apart by when they are in force") {
  Settings before, after;
  after.stopping.grace = 3s;
  after.env = {{"A", "1"}};
  after.surroundings.nice = Niceness{1};
  CHECK(changed_keys(before, after).at_once == Errors{"grace"});
  CHECK(changed_keys(before, after).at_start == Errors{"env", "nice"});
}

TEST_CASE("an address is one type's") {
  CHECK(errors_of("[web]\nlisten = \"8080\"\n[worker]\nlisten = \"0.0.0.0:8080\"\n") ==
        Errors{"muster.toml:4: listen: web and worker cannot have the same address"});
  CHECK(errors_of("[app]\nlisten = \"8080\"\n") ==
        Errors{"muster.toml:2: listen: web and worker cannot have the same address"});
}

TEST_CASE("what muster gives to each process is not to be set") {
  CHECK(errors_of("[web]\nenv = { PORT = \"80\" }\n").size() == 1);
}
