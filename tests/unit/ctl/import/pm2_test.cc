// An ecosystem file of pm2 to a Procfile, an .env and a muster.toml.
#include "imported_from.h"

using namespace muster;

TEST_CASE("apps of pm2 are types, run by the interpreter of their ending") {
  const auto made = files_from(import_pm2, source_of(R"({
  "apps": [
    {
      "name": "api",
      "script": "./dist/main.js",
      "args": ["--port", "3 000"],
      "node_args": "--max-old-space-size=512",
      "instances": 4,
      "exec_mode": "cluster",
      "max_memory_restart": "300M",
      "kill_timeout": 5000,
      "watch": false,
      "error_file": "./err.log",
      "env": {"NODE_ENV": "production", "PORT": 3000},
      "env_staging": {"NODE_ENV": "staging"}
    },
    {
      "name": "my worker",
      "script": "worker.py",
      "interpreter": "./venv/bin/python",
      "autorestart": false,
      "cwd": "jobs",
      "instances": "max",
      "env": {"NODE_ENV": "production"}
    },
    {"script": "npm", "name": "front", "args": "start -- --host", "max_restarts": 10,
     "restart_delay": 4000, "wait_ready": true}
  ],
  "deploy": {}
})"));
  CHECK(holds(made.app.procfile,
              "api: PORT=3000 node --max-old-space-size=512 ./dist/main.js "
              "--port '3 000'\n"));
  CHECK(holds(made.app.procfile, "my-worker: ./venv/bin/python worker.py\n"));
  CHECK(holds(made.app.procfile, "front: npm start -- --host\n"));
  CHECK(
      holds(made.app.settings, "[api]\ngrace = \"5s\"\nmax_memory = \"300M\"\nsignal = \"INT\"\n"));
  CHECK(holds(made.app.settings,
              "[my-worker]\ndirectory = \"jobs\"\ngrace = \"1600ms\"\nrestart = "
              "\"never\"\nsignal = \"INT\"\n"));
  CHECK(holds(made.app.settings,
              "backoff = { base = \"4s\", cap = \"4s\" }\ngive_up = { crashes = "
              "10, within = \"1d\" }\n"));
  CHECK(made.app.formation == "ctl scale api=4 my-worker=1 front=1");
  for (auto* note :
       {"FILE:9: api: exec_mode: ", "FILE:13: api: error_file: ", "FILE:15: api: env_staging: ",
        "FILE:23: my-worker: instances: ", "FILE:27: front: wait_ready: ", "FILE:29: deploy: "})
    CHECK(holds(made.notes, note));
  CHECK_FALSE(holds(made.notes, "watch"));
}

TEST_CASE("pm2's file may be YAML, a list or one app") {
  CHECK(holds(files_from(import_pm2, source_of("apps:\n  - script: a.rb\n")).app.procfile,
              "a: ruby a.rb\n"));
  CHECK(holds(files_from(import_pm2, source_of("[{\"script\": \"a.sh\"}]")).app.procfile,
              "a: bash a.sh\n"));
  CHECK(holds(files_from(import_pm2, source_of("{\"script\": \"./a\"}")).app.procfile, "a: ./a\n"));
  CHECK_FALSE(import_pm2(source_of("{\"apps\": 3}")));
  CHECK_FALSE(import_pm2(source_of("{\"apps\": [")));
}

TEST_CASE("a format is known by the name of a file, else by what stands in it") {
  const auto guess = [](std::string_view file, std::string_view text) {
    const auto* format = guess_import_format(file, text);
    return format ? format->name : "";
  };
  CHECK(guess("/etc/supervisor/x.ini", "; c\n[program:a]\n") == "supervisor");
  CHECK(guess("a/docker-compose.prod.yml", "") == "compose");
  CHECK(guess("process-compose.yaml", "") == "process-compose");
  CHECK(guess("ecosystem.config.js", "") == "pm2");
  CHECK(guess("x.yaml", "version: 3\nservices:\n") == "compose");
  CHECK(guess("x.yaml", "processes:\n") == "process-compose");
  CHECK(guess("x.json", "{\"apps\": []}") == "pm2");
  CHECK(guess("x.txt", "hello").empty());
}

TEST_CASE("pm2's JSON may hold comments and words without quotes, as it is JavaScript there") {
  const auto made = files_from(import_pm2, source_of(R"({
  /** The apps: "all" of them.
   */
  apps : [
    { // The first one.
      name : "front", script : "serve.js", args: "http://127.0.0.1 /* as it is */"
    }
  ]
}
)"));
  CHECK(holds(made.app.procfile, "front: node serve.js http://127.0.0.1 '/*' as it is '*/'\n"));
  CHECK(holds(files_from(import_pm2, source_of("{apps: [{script: a.rb}]} // no end")).app.procfile,
              "a: ruby a.rb\n"));
}

TEST_CASE("a program of pm2 that only its cron_restart starts has a cron") {
  const auto made = files_from(import_pm2, source_of(R"({"apps": [
  {"name": "sync", "script": "sync.js", "cron_restart": "0 2 * * *", "autorestart": false},
  {"name": "web", "script": "web.js", "cron_restart": "0 3 * * *"},
  {"name": "other", "script": "other.js", "cron_restart": false, "autorestart": false}
]})"));
  CHECK(holds(made.app.settings,
              "[sync]\ncron = \"0 2 * * *\"\ngrace = \"1600ms\"\nsignal = \"INT\"\n"));
  CHECK(holds(made.app.settings, "[web]\ngrace = \"1600ms\"\n"));
  CHECK(holds(made.app.settings, "[other]\ngrace = \"1600ms\"\nrestart = \"never\"\n"));
  CHECK(holds(made.notes, "FILE:2: sync: cron_restart: it runs at these times"));
  CHECK(holds(made.notes, "FILE:3: web: cron_restart: see `max_age`"));
}
