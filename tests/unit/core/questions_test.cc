// ps, status, version and what the core does not answer.
#include "stage.h"

using namespace muster;
using Lines = Stage::Lines;

TEST_CASE("ps tells what a process is, since when, and how it fared") {
  Stage stage({{"web", 1}});
  stage.pass(5s);
  stage.launched("web.1", 4711);
  ProcessRow row = stage.row("web.1");
  CHECK(row.state == "starting");
  CHECK(row.age_ms == 5000);
  CHECK(row.since == WallTime(1'800'000'000s));
  CHECK(row.pid == 4711);
  CHECK(row.command == "serve -p $PORT");
  CHECK(row.port == 5000u);
  CHECK_FALSE(row.last_exit);
  CHECK_FALSE(row.note);
  stage.listens("web.1");
  stage.pass(90s);
  row = stage.row("web.1");
  CHECK(row.state == "up");
  CHECK(row.age_ms == 90000);
  CHECK(row.restarts == 0);
  stage.dies("web.1", SIGSEGV);
  stage.gone("web.1");
  row = stage.row("web.1");
  CHECK(row.restarts == 1);
  CHECK(row.last_exit == 139);
  CHECK_FALSE(row.pid);
}

TEST_CASE("ps is sorted by type, then by number, and takes types and processes") {
  Stage stage({{"worker", 11}, {"web", 1}});
  const auto rows = stage.reply<PsReply>(stage.ask(PsRequest{{"worker", "web.1"}})).processes;
  REQUIRE(rows.size() == 12);
  CHECK(rows[0].process == "web.1");
  CHECK(rows[2].process == "worker.2");
  CHECK(rows[11].process == "worker.11");
  CHECK(stage.reply<PsReply>(stage.ask(PsRequest{{"run"}})).processes.empty());
}

TEST_CASE("status counts, and raises an alarm for what keeps crashing") {
  Stage stage({{"worker", 3}});
  stage.comes_up("worker.1");
  stage.crashes("worker.2");
  stage.crashes("worker.2");
  const auto status = stage.reply<StatusReply>(stage.ask(StatusRequest{}));
  CHECK(status.processes == 3);
  CHECK(status.processes_up == 1);
  CHECK(status.alarms == Lines{"keeps crashing: worker.2"});
}

TEST_CASE("version tells both numbers") {
  Stage stage({});
  const auto reply = stage.reply<VersionReply>(stage.ask(VersionRequest{}));
  CHECK(reply.protocol == protocol_version);
  CHECK_FALSE(reply.version.empty());
}

TEST_CASE("a replay that strays into the core is refused") {
  Stage stage({});
  stage.refusal(stage.ask(ReplayRequest{}));
}

TEST_CASE("one process that runs may be attached to, and the edge does the rest") {
  Stage stage({{"web", 2}, {"worker", 1}});
  CHECK(stage.refusal(stage.ask(AttachRequest{"worker.1"})) == "worker.1 does not run now");
  stage.comes_up("web.1");
  stage.comes_up("web.2");
  stage.comes_up("worker.1");
  const auto id = stage.ask(AttachRequest{"worker"});
  CHECK(stage.replies(id).empty());
  CHECK(stage.attached() == Stage::Lines{"worker.1"});
  CHECK(stage.refusal(stage.ask(AttachRequest{"web"})) ==
        "web is several processes: web.1, web.2; say which one");
  stage.exits("web.2", 0, true);
  stage.ask(AttachRequest{"web"});
  CHECK(stage.attached() == Stage::Lines{"web.1"});
}

TEST_CASE("what belongs to no exchange is dropped") {
  Stage stage({});
  stage.ask(CreditRequest{1});
  stage.ask(InputRequest{"x", true});
  stage.ask(SignalRequest{SIGINT});
  stage.ask(CancelRequest{});
  stage.tell(ClientLost{"nobody"});
  stage.tell(ModelRead{shop()});
  CHECK(stage.passed_on() == 0);
  CHECK(stage.lines().empty());
}
