// The end of the daemon: everything goes down, everybody is answered, nothing new begins.
#include "stage.h"

using namespace muster;
using Lines = Stage::Lines;

namespace {

Stage running_app() {
  Stage stage({{"worker", 2}});
  stage.comes_up("worker.1");
  stage.comes_up("worker.2");
  stage.clear();
  return stage;
}

}  // namespace

TEST_CASE("SIGTERM stops everything, keeps the formation, and finishes when all is gone") {
  Stage stage = running_app();
  stage.tell(Signalled{SIGTERM});
  CHECK(stage.lines()[0] == "api: SIGTERM received, starting shutdown");
  CHECK(stage.signals() == Lines{"worker.1 15", "worker.2 15"});
  CHECK(stage.saved().empty());
  stage.gone("worker.1");
  CHECK_FALSE(stage.finished());
  stage.gone("worker.2");
  CHECK(stage.finished() == 0);
  CHECK_FALSE(stage.has_deadline());
}

TEST_CASE("a start in the midst of a shutdown lets what is ending end, and launches everything") {
  Stage stage = running_app();
  stage.tell(Signalled{SIGTERM});
  stage.gone("worker.1");
  const auto before = stage.launch_of("worker.2");
  SECTION("a successor goes on with the shutdown") {
    stage.is_killed();
    stage.gone("worker.2");
    CHECK(stage.finished() == 0);
  }
  SECTION("a daemon that somebody has started does not") {
    stage.is_killed(true);
    CHECK(stage.launch_of("worker.2") == before);
    stage.launched("worker.1");
    stage.gone("worker.2");
    CHECK_FALSE(stage.finished());
    CHECK(stage.launch_of("worker.2") > before);
    stage.launched("worker.2");
    CHECK(stage.formation().find("down") == std::string::npos);
  }
}

TEST_CASE("a core with nothing alive finishes at once") {
  Stage stage({});
  stage.tell(Signalled{SIGINT});
  CHECK(stage.finished() == 0);
}

TEST_CASE("a shutdown by request is answered when all is gone, to everybody who asked") {
  Stage stage = running_app();
  const auto first = stage.ask(ShutdownRequest{});
  const auto second = stage.ask(ShutdownRequest{});
  CHECK(stage.lines()[0] == "api: Shutdown by adam@box");
  stage.gone("worker.1");
  CHECK(stage.replies(first).empty());
  stage.gone("worker.2");
  stage.reply<DoneReply>(first);
  stage.reply<DoneReply>(second);
  CHECK(stage.finished() == 0);
}

TEST_CASE("a second signal kills at once; a first one after a request does not") {
  Stage stage = running_app();
  stage.ask(ShutdownRequest{});
  stage.clear();
  stage.tell(Signalled{SIGINT});
  CHECK(stage.signals().empty());
  stage.sleep(1s);
  stage.tell(Signalled{SIGINT});
  CHECK(stage.signals() == Lines{"worker.1 9", "worker.2 9"});
  CHECK(stage.lines() == Lines{"api: SIGINT received again, sending SIGKILL to all processes",
                               "worker.1: Stopping remaining processes with SIGKILL",
                               "worker.2: Stopping remaining processes with SIGKILL"});
  stage.tell(Signalled{SIGINT});
  CHECK(stage.signals().empty());
}

TEST_CASE("a signal that is handed on by whoever wraps us is the same one") {
  Stage stage = running_app();
  stage.tell(Signalled{SIGINT});
  stage.clear();
  stage.tell(Signalled{SIGINT});
  stage.tell(Signalled{SIGTERM});
  CHECK(stage.signals().empty());
  CHECK(stage.lines().empty());
}

TEST_CASE("what is in back-off or starting goes down with the rest") {
  Stage stage({{"worker", 2}});
  stage.crashes("worker.1");
  stage.crashes("worker.1");
  stage.tell(Signalled{SIGINT});
  CHECK(stage.formation() == "worker.1 down, worker.2 stopping");
  stage.fails("worker.2");
  CHECK(stage.finished() == 0);
}

TEST_CASE("while it ends only questions are answered") {
  Stage stage = running_app();
  stage.tell(Signalled{SIGINT});
  for (RequestBody body : std::vector<RequestBody>{
           ScaleRequest{{"worker=3"}}, StartRequest{{"worker"}}, StopRequest{{"worker"}},
           RestartRequest{}, RunRequest{{"a"}, {}, true, 0}, ReloadRequest{}})
    CHECK(stage.refusal(stage.ask(body)) == "muster is shutting down");
  CHECK(stage.formation() == "worker.1 stopping, worker.2 stopping");
  stage.reply<StatusReply>(stage.ask(StatusRequest{}));
  stage.reply<VersionReply>(stage.ask(VersionRequest{}));
}

TEST_CASE("requests that wait are answered before the end") {
  Stage stage = running_app();
  const auto restart = stage.ask(RestartRequest{{"worker.1"}});
  const auto stop = stage.ask(StopRequest{{"worker.2"}});
  const auto reload = stage.ask(ReloadRequest{});
  const auto late = stage.ask(ReloadRequest{});
  stage.tell(Signalled{SIGINT});
  stage.tell(Signalled{SIGHUP});
  stage.tell(ModelRead{shop()});
  stage.gone("worker.1");
  stage.gone("worker.2");
  CHECK(stage.refusal(restart) == "worker.1 was stopped");
  stage.reply<DoneReply>(stop);
  CHECK(stage.refusal(reload) == "muster is shutting down");
  CHECK(stage.refusal(late) == "muster is shutting down");
  CHECK(stage.finished() == 0);
  stage.tell(ModelRead{shop()});
  stage.reply<DoneReply>(stage.ask(ShutdownRequest{}));
}

TEST_CASE("an attached one-off is ended with the rest and its client learns how") {
  Stage stage({});
  const auto id = stage.ask(RunRequest{{"a"}, {}, false, 1});
  stage.launched("run.1");
  stage.tell(Signalled{SIGTERM});
  stage.dies("run.1", SIGTERM);
  stage.gone("run.1");
  CHECK(std::get<RunExitedReply>(stage.replies(id).back().body).status == 143);
  CHECK(stage.finished() == 0);
}
