// A process-compose.yaml to a Procfile, an .env and a muster.toml.
#include "imported_from.h"

using namespace muster;

TEST_CASE("processes of process-compose are types, with their probes and conditions") {
  const auto made = files_from(import_process_compose, source_of(R"(version: "0.5"
environment:
  - "LANG=C.UTF-8"
log_level: debug
processes:
  db:
    command: "pg_ctl start -D $$PGDATA"
    is_daemon: false
    readiness_probe:
      exec: {command: "pg_isready -q"}
    shutdown: {signal: 2, timeout_seconds: 20}
  migrate:
    command: ./migrate
    depends_on:
      db: {condition: process_healthy}
  web:
    command: |
      cd site
      npm start
    working_dir: ./site
    replicas: 2
    environment: ["NODE_ENV=production"]
    availability: {restart: on_failure, backoff_seconds: 2, max_restarts: 5}
    depends_on:
      migrate: {condition: process_completed_successfully}
      nothing: {condition: process_started}
    liveness_probe:
      http_get: {host: localhost, port: 3000, path: /up}
      period_seconds: 5
      failure_threshold: 2
  off:
    command: "[[ -f x ]] && exec x"
    disabled: true
    log_location: ./off.log
  watch:
    command: tail -f x
    ready_log_line: "ready [1]"
    availability: {restart: always, exit_on_end: true}
  night:
    command: ./night
    schedule: {cron: "30 4 * * *"}
)"));
  CHECK(holds(made.app.procfile, "db: pg_ctl start -D $PGDATA\n"));
  CHECK(holds(made.app.procfile, "web: eval \"$(printf %b 'cd site\\nnpm start')\"\n"));
  CHECK(holds(made.app.procfile, "off: exec bash -c '[[ -f x ]] && exec x'\n"));
  CHECK(made.app.env == "LANG=C.UTF-8\n");
  CHECK(holds(made.app.settings,
              "[db]\ngrace = \"20s\"\nready = \"exec:pg_isready -q\"\nrestart = "
              "\"never\"\nsignal = \"INT\"\n"));
  CHECK(holds(made.app.settings, "[migrate]\nneeds = [\"db\"]\n"));
  CHECK(
      holds(made.app.settings,
            "[web]\nbackoff = { base = \"2s\", cap = \"2s\" }\ndirectory = \"./site\"\ngive_up = { "
            "crashes = 6, within = \"1d\" }\nhealth = { check = \"exec:curl -fsS -o /dev/null "
            "http://localhost:3000/up\", every = \"5s\", failures = 2 }\nneeds = "
            "[\"migrate:completed\"]\nready = \"none\"\nrestart = \"on-failure\"\n"));
  CHECK(holds(made.app.settings, "ready = \"log:ready \\\\[1\\\\]\""));
  CHECK(holds(made.app.settings, "cron = \"30 4 * * *\""));
  CHECK(made.app.formation == "ctl scale db=1 migrate=1 web=2 off=0 watch=1");
  for (auto* note : {"FILE:26: web: depends_on: there is no nothing",
                     "watch: exit_on_end: ", "off: log_location: ", "off: disabled: "})
    CHECK(holds(made.notes, note));
}

TEST_CASE("variables are filled in where no shell does it") {
  const auto made = files_from(import_process_compose, source_of(R"(environment: ["A=${HOME}/a"]
processes:
  core:
    command: "./run ${HOME} 404{{.PC_REPLICA_NUM}}"
    working_dir: "${HOME}/core/${ROOM}"
    environment: ["CACHE=${CACHE:-off}", "PRICE=5$$", "ROOM=${ROOM}"]
)"));
  CHECK(made.app.env == "A=/home/ann/a\nCACHE=off\nPRICE=5$\nROOM=\n");
  CHECK(holds(made.app.procfile, "core: ./run ${HOME} 404{{.PC_REPLICA_NUM}}\n"));
  CHECK(holds(made.app.settings, "directory = \"/home/ann/core/\""));
  CHECK(made.notes ==
        "FILE:3: core: {{ }}: no template is filled in here\n"
        "FILE:5: the variable ROOM is not set\n");
}

TEST_CASE("what is no process-compose.yaml is refused") {
  for (auto* text : {"services: {}\n", "processes: 3\n", ""})
    CHECK_FALSE(import_process_compose(source_of(text)));
}

TEST_CASE("variables count in how a process is restarted, and a word that is not known is told") {
  const auto made = files_from(import_process_compose, source_of(R"(processes:
  server:
    command: ./server
    availability: {restart: "${NO_SUCH_VARIABLE:-on_failure}"}
  other:
    command: ./other
    is_daemon: true
    availability:
      restart: sometimes
)"));
  CHECK(holds(made.app.settings, "[server]\nrestart = \"on-failure\"\n"));
  CHECK(holds(made.app.settings, "[other]\nrestart = \"never\"\n"));
  CHECK(holds(made.notes, "other: restart: 'sometimes' is not known here"));
  CHECK(holds(made.notes, "FILE:7: other: is_daemon: a program that goes into the background"));
}
