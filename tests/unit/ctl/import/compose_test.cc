// A compose.yaml to a Procfile, an .env and a muster.toml.
#include "imported_from.h"

using namespace muster;

namespace {
ImportedFiles compose(const std::string& text) {
  auto source = source_of(text);
  source.files = [](const std::string& pattern) {
    std::vector<ImportSource::Found> found;
    if (pattern == ".env") found.push_back({pattern, "TAG=7\n"});
    if (pattern == "./common.env") found.push_back({pattern, "A=file\nB='b c'\n"});
    if (pattern == "./web/Dockerfile")
      found.push_back({pattern,
                       "FROM node AS build\nCMD [\"no\"]\nFROM node\n# run\nENTRYPOINT [\"node\", "
                       "\\\n  \"--enable-source-maps\"]\ncmd [\"a file.js\"]\n"});
    if (pattern == "./staged/Dockerfile")
      found.push_back(
          {pattern,
           "ARG V=1\nFROM --platform=linux/amd64 node:$V as base\nENTRYPOINT [\"node\"]\n"
           "FROM base AS dev\nCMD [\"dev.js\"]\nFROM base as prod\nCMD [\"prod.js\"]\n"});
    return found;
  };
  return files_from(import_compose, source);
}
}  // namespace

TEST_CASE("services that are built here are types, and images of others are left to docker") {
  const auto made = compose(R"(services:
  db:
    image: postgres:${TAG:-16}
  web:
    build: ./web
    ports: ["8000:8000"]
    depends_on: [db, worker]
    environment:
      DATABASE_URL: postgres://db:5432/shop
      EMPTY:
    volumes:
      - .:/code
  worker:
    build:
      context: .
    image: shop
    command: celery -A shop worker -c "${N:-4}"
    restart: unless-stopped
    env_file: ./common.env
    environment:
      - A=own
      - HOME
    deploy:
      replicas: 3
      resources:
        limits: {cpus: '0.50', memory: 512M}
    stop_signal: SIGQUIT
    stop_grace_period: 1m30s
    profiles: []
)");
  CHECK(holds(made.app.procfile, "web: node --enable-source-maps 'a file.js'\n"));
  CHECK(holds(made.app.procfile, "worker: celery -A shop worker -c 4\n"));
  CHECK(holds(made.app.procfile, "# db: postgres:7\n"));
  CHECK(holds(made.app.settings,
              "[web]\nneeds = [\"worker:started\"]\nready = \"none\"\n"
              "restart = \"never\"\n"));
  CHECK(holds(made.app.settings,
              "[worker]\ncpu = 0.50\ngrace = \"90s\"\nmemory = \"512M\"\n"
              "signal = \"SIGQUIT\"\n"));
  CHECK(holds(made.app.settings, "[worker.env]\nA = \"own\"\nB = \"b c\"\n"));
  for (auto* note : {"FILE:2: db: its program is in the image postgres:7", "FILE:6: web: ports: ",
                     "FILE:7: web: depends_on: db does not run here", "FILE:11: web: volumes: ",
                     "web: DATABASE_URL names the service db as a host: here that is 127.0.0.1"})
    CHECK(holds(made.notes, note));
}

TEST_CASE("healthchecks, conditions and restarts of compose are those of muster") {
  const auto made = compose(R"(services:
  api:
    image: api
    command: ["./api", "--dsn", "a b"]
    healthcheck:
      test: ["CMD-SHELL", "curl -f http://localhost/ || exit 1"]
      interval: 5s
    restart: on-failure:5
  migrate:
    build: .
    command: sh -c "a && b"
  app:
    build: .
    entrypoint: ["/entry.sh"]
    command: run
    restart: always
    user: "1000:1000"
    depends_on:
      api: {condition: service_healthy}
      migrate: {condition: service_completed_successfully}
  off:
    build: .
    command: x
    profiles: [debug]
)");
  CHECK(holds(made.app.procfile, "api: ./api --dsn 'a b'\nmigrate: sh -c 'a && b'\n"));
  CHECK(holds(made.app.procfile, "app1: /entry.sh run\n"));
  CHECK(holds(made.app.settings,
              "[api]\ngive_up = { crashes = 5, within = \"1d\" }\nready = "
              "\"exec:curl -f http://localhost/ || exit 1\"\nrestart = "
              "\"on-failure\"\n"));
  CHECK(holds(made.app.settings,
              "[app1]\ngroup = \"1000\"\nneeds = [\"api\", "
              "\"migrate:completed\"]\nuser = \"1000\"\n"));
  CHECK(made.app.formation == "ctl scale api=1 migrate=1 app1=1 off=0");
}

TEST_CASE("a command of several lines is one line of a Procfile") {
  const auto made = compose(
      "services:\n  a:\n    build: .\n    command:\n      - sh\n      - -c\n"
      "      - |\n        echo \"it's\"\n        exec b\n");
  CHECK(holds(made.app.procfile, "a: sh -c \"$(printf %b 'echo \"it'\\''s\"\\nexec b\\n')\"\n"));
}

TEST_CASE("a service that extends another one has its keys") {
  const auto made = compose(
      "services:\n  base:\n    build: .\n    command: x\n    environment: "
      "{A: 1, B: 1}\n  more:\n    extends: {service: base}\n    environment:"
      " [B=2]\n    tty: true\n");
  CHECK(holds(made.app.procfile, "more: x\n"));
  CHECK(holds(made.app.settings, "[more]\nrestart = \"never\"\ntty = true\n"));
  CHECK(holds(made.app.settings, "[more.env]\nB = \"2\"\n"));
  CHECK(made.app.env == "A=1\n");
}

TEST_CASE("what is no compose.yaml is refused") {
  for (auto* text : {"a: 1\n", "services: [x]\n", "", "[]", "services: {a: \"${\"}\n"}) {
    auto made = import_compose(source_of(text));
    REQUIRE_FALSE(made);
    CHECK(made.message().starts_with("FILE:1: "));
  }
  auto made = import_compose(source_of("services:\n  a: hello\n  b:\n  c: {command: 3}\n"));
  REQUIRE(made);
  CHECK(made->types.size() == 1);
}

TEST_CASE("a service that names a stage of its Dockerfile has the command of that stage") {
  const auto made = compose(R"(services:
  dev:
    build: {context: ./staged, target: dev}
  base:
    build: {context: ./staged, target: base}
  last:
    build: ./staged
  other:
    build: {context: ./staged, target: no-such-one}
)");
  CHECK(holds(made.app.procfile, "dev: node dev.js\n"));
  CHECK(holds(made.app.procfile, "base: node\n"));
  CHECK(holds(made.app.procfile, "last: node prod.js\n"));
  CHECK(holds(made.app.procfile, "other: node prod.js\n"));
}
