// The units of systemd that foreman exports, to a Procfile and a muster.toml.
#include <map>

#include "imported_from.h"

using namespace muster;

namespace {
ImportedFiles units(const std::string& target, const std::map<std::string, std::string>& others) {
  auto source = source_of(target, "shop.target");
  source.files = [others](const std::string& pattern) {
    // The one pattern that is asked for here is of a type with one service.
    const auto found =
        others.find(pattern == "shop-web-*.service" ? "shop-web-1.service" : pattern);
    return found == others.end() ? std::vector<ImportSource::Found>()
                                 : std::vector<ImportSource::Found>{{found->first, found->second}};
  };
  return files_from(import_foreman, source);
}

std::string service(const std::string& port, const std::string& command,
                    const std::string& more = "") {
  return "[Unit]\nPartOf=shop.target\n\n[Service]\nUser=ann\nWorkingDirectory=/srv/shop\n"
         "Environment=PORT=" +
         port + "\nEnvironment=\"GREETING=good day 100%%\"\nExecStart=/bin/bash -lc '" + command +
         "'\nRestart=always\nStandardInput=null\nSyslogIdentifier=%n\nKillMode=mixed\n"
         "TimeoutStopSec=5\n" +
         more;
}
}  // namespace

TEST_CASE("services of foreman that have a number are processes of one type") {
  const auto made =
      units("[Unit]\nWants=shop-web.1.service shop-web.2.service\nWants=shop-job.1.service\n",
            {{"shop-web.1.service", service("5000", "exec -a \"shop-web.1\" bin/serve -p $PORT")},
             {"shop-web.2.service", service("5001", "exec -a \"shop-web.2\" bin/serve -p $PORT")},
             {"shop-job.1.service", service("5100", "./job && ./done", "LimitNOFILE=99\n")}});
  CHECK(holds(made.app.procfile, "web: bin/serve -p $PORT\n"));
  CHECK(holds(made.app.procfile, "job: ./job && ./done\n"));
  CHECK(made.app.formation == "ctl scale web=2 job=1");
  CHECK(made.app.env == "GREETING=good day 100%\n");
  CHECK(holds(made.app.settings, "directory = \"/srv/shop\"\ngrace = \"5s\"\nuser = \"ann\"\n"));
  CHECK_FALSE(holds(made.app.procfile + made.app.settings, "5000"));
  CHECK(holds(made.notes, "shop-job.1.service:15: job: LimitNOFILE: it is not known here"));
  CHECK(holds(made.notes, "shop-web.1.service:5: web: user: only root"));
  CHECK_FALSE(holds(made.notes, "shop-web.2.service"));
}

TEST_CASE("older exports of foreman have a target for each type, and a service with a port") {
  const auto made =
      units("[Unit]\nStopWhenUnneeded=true\nWants=shop-web.target shop-my-job.target\n",
            {{"shop-web.target", "[Unit]\nWants=shop-web@5000.service shop-web@5001.service\n"},
             {"shop-web@.service", service("%i", "bin/serve -p $PORT")},
             {"shop-my-job.target", "[Unit]\nWants=shop-my-job-1.service shop-my-job-2.service\n"},
             {"shop-my-job-1.service", service("5100", "./job")}});
  CHECK(holds(made.app.procfile, "web: bin/serve -p $PORT\n"));
  CHECK(holds(made.app.procfile, "my-job: ./job\n"));
  CHECK(made.app.formation == "ctl scale web=2 my-job=1");
  CHECK(holds(made.notes, "shop-my-job.target:2: shop-my-job-2.service is not there"));
}

TEST_CASE(
    "a target that wants itself, and a unit that is none of foreman's, are no more than that") {
  const auto made = units(
      "[Unit]\nWants=shop.target network.target shop-a.1.service\n",
      {{"shop.target", "[Unit]\nWants=shop.target\n"}, {"shop-a.1.service", service("1", "a")}});
  CHECK(made.app.formation == "ctl scale a=1");
  CHECK_FALSE(holds(made.notes, "network"));
  CHECK_FALSE(import_foreman(source_of("[Unit]\n", "shop-web.service")));
  CHECK(holds(import_foreman(source_of("[Unit]\nWants='\n", "shop.target")).message(),
              "shop.target:2: "));
}

TEST_CASE("services of foreman's first exports are found by the name of their target") {
  const auto made = units("[Unit]\nStopWhenUnneeded=true\nWants=shop-web.target\n",
                          {{"shop-web.target", "[Unit]\nStopWhenUnneeded=true\n"},
                           {"shop-web-1.service", service("5000", "bin/serve")}});
  CHECK(made.app.formation == "ctl scale web=1");
}
