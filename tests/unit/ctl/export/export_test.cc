// An app of ours in the files of other systems.
#include "ctl/export/export.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <optional>

#include "ctl/export/calendar.h"
#include "ctl/export/yaml_text.h"
#include "daemon/config/load.h"

using namespace muster;

namespace {
ExportApp app_of(const std::string& procfile, const std::string& settings) {
  auto loaded = assemble_model({"Procfile", procfile}, {}, NamedText{settings_file_name, settings});
  REQUIRE(loaded);
  REQUIRE(loaded->errors.empty());
  ExportApp app;
  app.name = "shop";
  app.directory = "/srv/100%";
  app.model = loaded->model;
  app.model.env = {{"A", "x\"y$z`\\%"}, {"PS", "no"}};
  app.config = {{"B", "two\nlines"}};
  return app;
}
std::string text_in(const Exported& made, std::string_view name) {
  for (auto& file : made.files)
    if (file.name == name) return file.text;
  return "";
}
bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }
bool notes_have(const Exported& made, std::string_view part) {
  return std::any_of(made.notes.begin(), made.notes.end(),
                     [&](auto& note) { return note.find(part) != note.npos; });
}
using Times = std::vector<std::string>;
}  // namespace

TEST_CASE("fields of a crontab are calendars of systemd") {
  CHECK(calendar_of("30 4 * * *") == Times{"*-*-* 04:30:00"});
  CHECK(calendar_of("*/20 9-11 * * mon-fri") ==
        Times{"Mon,Tue,Wed,Thu,Fri *-*-* 09,10,11:00,20,40:00"});
  CHECK(calendar_of("0 0 1 jan *") == Times{"*-01-01 00:00:00"});
  CHECK(calendar_of("@hourly") == Times{"*-*-* *:00:00"});
  CHECK(calendar_of("@weekly") == Times{"Sun *-*-* 00:00:00"});
  CHECK(calendar_of("0 0 * * 7") == Times{"Sun *-*-* 00:00:00"});
  CHECK(calendar_of("0 0 13 * 5") == Times{"*-*-13 00:00:00", "Fri *-*-* 00:00:00"});
  for (auto* wrong : {"", "* * * *", "60 * * * *", "a * * * *", "5-1 * * * *", "*/0 * * * *"})
    CHECK(calendar_of(wrong).empty());
}

TEST_CASE("units have systemd's own quoting, a unit per process and no longer grace than ours") {
  auto app = app_of("web: serve $PORT \"100%\" \\\\\nworker: a; b\nnight: n\nrelease: m\n", R"(
[web]
grace = "30s"
signal = "INT"
listen = "unix:tmp/web.sock"
memory = "1M"
max_memory = "1M"
[worker]
kill = "tree"
restart = "on-failure"
needs = ["web"]
give_up = { crashes = 3, within = "1h" }
[night]
cron = "30 4 * * *"
)");
  app.formation = {{"web", 2}, {"worker", 1}};
  app.crons = {{"night", "30 4 * * *"}};
  const auto made = export_systemd(app);
  const std::string web = text_in(made, "shop-web.2.service");
  CHECK(has(web, "ExecStart=/bin/sh \"-c\" \"exec serve $$PORT \\\"100%%\\\" \\\\\\\\\"\n"));
  CHECK(has(web, "Environment=PORT=5001\n"));
  CHECK(has(web, "WorkingDirectory=/srv/100%%\n"));
  CHECK(has(web, "KillMode=mixed\nKillSignal=SIGINT\nTimeoutStopSec=30\n"));
  CHECK(has(web, "Sockets=shop-web.socket\n"));
  CHECK(has(text_in(made, "shop-web.socket"), "ListenStream=/srv/100%%/tmp/web.sock\n"));
  const std::string worker = text_in(made, "shop-worker.1.service");
  CHECK(has(worker, "ExecStart=/bin/sh \"-c\" \"a; b\"\nRestart=on-failure\n"));
  CHECK(has(worker, "KillMode=control-group\n"));
  CHECK(has(worker, "StartLimitBurst=3\nStartLimitIntervalSec=3600\n"));
  CHECK(has(worker, "Wants=shop-web.2.service\nAfter=shop-web.2.service\n"));
  CHECK(text_in(made, "shop-web.env") ==
        "PYTHONUNBUFFERED=\"1\"\nA=\"x\\\"y\\$z\\`\\\\%\"\nB=\"two\nlines\"\n");
  CHECK(has(text_in(made, "shop-night.timer"), "OnCalendar=*-*-* 04:30:00\n"));
  CHECK(has(text_in(made, "shop.target"), "Wants=shop-web.1.service\nWants=shop-web.2.service\n"));
  CHECK(notes_have(made, "web: max_memory: "));
  CHECK(notes_have(made, "release: it runs when you say so"));
  for (auto& file : made.files) CHECK(file.is_secret == file.name.ends_with(".env"));
}

TEST_CASE("a dollar is none of compose's, of a pod's or of nomad's") {
  const auto app = app_of("web: a $(b) ${C}\n", "[web]\nhealth = 'http:/up'\n");
  const std::string compose = text_in(export_compose(app), "compose.yaml");
  CHECK(has(compose, "- \"a $$(b) $${C}\"\n"));
  CHECK(has(compose, "retries: 3\n"));
  CHECK(has(text_in(export_kubernetes(app), "kubernetes.yaml"), "- \"a $$(b) ${C}\"\n"));
  CHECK(has(text_in(export_nomad(app), "shop.nomad.json"), "a $(b) $${C}\""));
  CHECK(notes_have(export_compose(app), "web: B: a value of several lines"));
}

TEST_CASE("nothing that is exported names muster") {
  auto app = app_of("web: a\nnight: b\n", "[night]\ncron = '@daily'\n");
  app.crons = {{"night", "@daily"}};
  for (auto& format : export_formats())
    for (auto& file : format.convert(app).files) {
      CAPTURE(file.name);
      CHECK_FALSE(has(file.text, "muster"));
      CHECK_FALSE(file.text.empty());
    }
}

TEST_CASE("YAML that is written is indented, and texts stand in quotes") {
  CHECK(yaml_text({{"a", {{"b", "no"}, {"y", 1}}}, {"c", {{{"d", 1}, {"e", {"x"}}}, "z"}}}) ==
        "a:\n  b: \"no\"\n  \"y\": 1\nc:\n  - d: 1\n    e:\n      - \"x\"\n  - \"z\"\n");
  CHECK(yaml_text(ExportValue::object()) == "{}\n");
}
