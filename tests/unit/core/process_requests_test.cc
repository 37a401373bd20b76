// start, stop and restart: whom they mean, when they are answered, and what they change.
#include "proto/limits.h"
#include "stage.h"

using namespace muster;
using Lines = Stage::Lines;

namespace {

// worker.1 and worker.2 up, web at 0.
Stage two_workers() {
  Stage stage({{"worker", 2}});
  stage.comes_up("worker.1");
  stage.comes_up("worker.2");
  stage.clear();
  return stage;
}

}  // namespace

TEST_CASE("stop is answered when all of them are down") {
  Stage stage = two_workers();
  const auto id = stage.ask(StopRequest{{"worker"}});
  stage.gone("worker.1");
  CHECK(stage.replies(id).empty());
  stage.gone("worker.2");
  CHECK(stage.reply<DoneReply>(id).names == Lines{"worker.1", "worker.2"});
  CHECK(stage.formation() == "worker.1 down, worker.2 down");
}

TEST_CASE("stop of what is down, or of a type at 0, is done at once") {
  Stage stage = two_workers();
  stage.ask(StopRequest{{"worker.1"}});
  stage.gone("worker.1");
  CHECK(stage.reply<DoneReply>(stage.ask(StopRequest{{"worker.1"}})).names == Lines{"worker.1"});
  CHECK(stage.reply<DoneReply>(stage.ask(StopRequest{{"web"}})).names.empty());
}

TEST_CASE("a pattern means types, or processes where it has a dot") {
  Stage stage = two_workers();
  const auto of_type = stage.ask(StopRequest{{"w*r"}});
  stage.gone("worker.1");
  stage.gone("worker.2");
  CHECK(stage.reply<DoneReply>(of_type).names == Lines{"worker.1", "worker.2"});
  CHECK(stage.reply<DoneReply>(stage.ask(StopRequest{{"*.2"}})).names == Lines{"worker.2"});
  CHECK(stage.reply<DoneReply>(stage.ask(StopRequest{{"we?"}})).names.empty());
  CHECK(stage.reply<RefusedReply>(stage.ask(StopRequest{{"*.7"}})).message ==
        "Nothing here is called like *.7");
  CHECK(stage.reply<RefusedReply>(stage.ask(StopRequest{{"x*"}})).message ==
        "Nothing here is called like x*");
}

TEST_CASE("two clients that stop the same process are both answered") {
  Stage stage = two_workers();
  const auto first = stage.ask(StopRequest{{"worker.1"}});
  const auto second = stage.ask(StopRequest{{"worker.1"}});
  CHECK(stage.signals() == Lines{"worker.1 15"});
  stage.gone("worker.1");
  stage.reply<DoneReply>(first);
  stage.reply<DoneReply>(second);
}

TEST_CASE("a process that is named twice is stopped and told of once") {
  Stage stage = two_workers();
  const auto id = stage.ask(StopRequest{{"worker.2", "worker", "worker.2"}});
  CHECK(stage.signals() == Lines{"worker.1 15", "worker.2 15"});
  stage.gone("worker.1");
  stage.gone("worker.2");
  CHECK(stage.reply<DoneReply>(id).names == Lines{"worker.1", "worker.2"});
}

TEST_CASE("a stop that another client undoes was done all the same") {
  Stage stage = two_workers();
  const auto stop = stage.ask(StopRequest{{"worker.1"}});
  const auto start = stage.ask(StartRequest{{"worker.1"}});
  stage.gone("worker.1");
  stage.reply<DoneReply>(stop);
  CHECK(stage.replies(start).empty());
  stage.launched("worker.1");
  stage.reply<DoneReply>(start);
}

TEST_CASE("start is answered when exec has succeeded") {
  Stage stage = two_workers();
  stage.ask(StopRequest{{"worker.1"}});
  stage.gone("worker.1");
  const auto id = stage.ask(StartRequest{{"worker"}});
  CHECK(stage.replies(id).empty());
  stage.launched("worker.1");
  CHECK(stage.reply<DoneReply>(id).names == Lines{"worker.1", "worker.2"});
}

TEST_CASE("start of a web process does not wait for its port") {
  Stage stage({{"web", 1}});
  const auto id = stage.ask(StartRequest{{"web"}});
  stage.launched("web.1");
  stage.reply<DoneReply>(id);
  stage.reply<DoneReply>(stage.ask(StartRequest{{"web.1"}}));
}

TEST_CASE("start of what runs is done at once and changes nothing") {
  Stage stage = two_workers();
  stage.reply<DoneReply>(stage.ask(StartRequest{{"worker"}}));
  CHECK(stage.launches() == 2);
}

TEST_CASE("a start that fails says why") {
  Stage stage = two_workers();
  stage.ask(StopRequest{{"worker.1"}});
  stage.gone("worker.1");
  const auto id = stage.ask(StartRequest{{"worker.1"}});
  stage.fails("worker.1", "chdir /srv/app");
  CHECK(stage.refusal(id) ==
        "worker.1: Failed to start: chdir /srv/app: No such file or directory");
}

TEST_CASE("a start that another client's stop overtakes says so") {
  Stage stage = two_workers();
  const auto id = stage.ask(RestartRequest{{"worker.1"}});
  stage.ask(StopRequest{{"worker.1"}});
  stage.gone("worker.1");
  CHECK(stage.refusal(id) == "worker.1 was stopped");
}

TEST_CASE("restart replaces one process after the other, without back-off") {
  Stage stage = two_workers();
  const auto id = stage.ask(RestartRequest{});
  CHECK(stage.lines()[0] == "api: Restart all processes by adam@box");
  CHECK(stage.signals() == Lines{"worker.1 15"});
  stage.dies("worker.1", SIGTERM);
  stage.gone("worker.1");
  CHECK(stage.lines().back() == "worker.1: Starting process with command `work`");
  CHECK(stage.formation() == "worker.1 starting, worker.2 up");
  stage.launched("worker.1");
  CHECK(stage.signals() == Lines{"worker.2 15"});
  stage.gone("worker.2");
  CHECK(stage.replies(id).empty());
  stage.launched("worker.2");
  CHECK(stage.reply<DoneReply>(id).names == Lines{"worker.1", "worker.2"});
  CHECK(stage.row("worker.1").restarts == 1);
}

TEST_CASE("restart while starting waits for the second launch, not the first") {
  Stage stage({{"worker", 1}});
  const auto id = stage.ask(RestartRequest{{"worker"}});
  stage.launched("worker.1");
  CHECK(stage.replies(id).empty());
  stage.gone("worker.1");
  stage.launched("worker.1");
  stage.reply<DoneReply>(id);
}

TEST_CASE("restart ends a back-off and forgets the crashes") {
  Stage stage({{"worker", 1}});
  for (int i = 0; i < 3; i++) {
    stage.launched("worker.1");
    stage.crashes("worker.1");
    stage.pass(15s);
  }
  REQUIRE(stage.state("worker.1") == "crashed");
  stage.ask(RestartRequest{{"worker.1"}});
  CHECK_FALSE(stage.has_deadline());
  stage.launched("worker.1");
  stage.crashes("worker.1");
  CHECK(stage.state("worker.1") == "starting");
}

TEST_CASE("restart starts what was stopped") {
  Stage stage = two_workers();
  stage.ask(StopRequest{{"worker.1"}});
  stage.gone("worker.1");
  stage.ask(RestartRequest{{"worker.1"}});
  CHECK(stage.state("worker.1") == "starting");
}

TEST_CASE("an unknown name refuses the whole request and says what there is") {
  Stage stage = two_workers();
  CHECK(stage.refusal(stage.ask(StopRequest{{"worker", "zookeeper"}})) ==
        "No such type as zookeeper; there are web, worker");
  CHECK(stage.refusal(stage.ask(RestartRequest{{"worker.3"}})) ==
        "No such process as worker.3; there are worker.1, worker.2");
  CHECK(stage.refusal(stage.ask(StartRequest{{"web.1"}})) ==
        "No such process as web.1; there is no web process now");
  CHECK(stage.refusal(stage.ask(PsRequest{{"worker.x"}})).find("No such process as worker.x") == 0);
  CHECK(stage.refusal(stage.ask(PsRequest{{""}})).find("No such type as ") == 0);
  CHECK(stage.signals().empty());
}

TEST_CASE("stop and start without a name are the usage's fault") {
  Stage stage = two_workers();
  CHECK(stage.reply<RefusedReply>(stage.ask(StopRequest{})).refusal == Refusal::usage);
  CHECK(stage.reply<RefusedReply>(stage.ask(StartRequest{})).refusal == Refusal::usage);
}

TEST_CASE("a process that is on its way out cannot be started or restarted by name") {
  Stage stage = two_workers();
  stage.ask(ScaleRequest{{"worker=1"}});
  CHECK(stage.refusal(stage.ask(StartRequest{{"worker.2"}})) ==
        "worker.2 is no longer in the formation; scale it first");
  stage.ask(RestartRequest{{"worker"}});
  stage.gone("worker.1");
  stage.gone("worker.2");
  CHECK(stage.formation() == "worker.1 starting");
}

TEST_CASE("no more requests wait than the limit allows") {
  Stage stage = two_workers();
  for (size_t i = 0; i < 1024; i++) stage.ask(StopRequest{{"worker.1"}}, std::to_string(i / 32));
  CHECK(stage.refusal(stage.ask(StopRequest{{"worker.1"}})) ==
        "too many requests wait for their end; try again");
  stage.gone("worker.1");
  stage.reply<DoneReply>(stage.ask(StopRequest{{"worker.1"}}));
}

TEST_CASE("one client cannot have all requests that may wait, and leaves none when it goes") {
  Stage stage = two_workers();
  for (size_t i = 0; i < limits::waiting_of_client; i++)
    CHECK(stage.replies(stage.ask(StopRequest{{"worker.1"}})).empty());
  CHECK(stage.refusal(stage.ask(StopRequest{{"worker.1"}})) ==
        "too many requests wait for their end; try again");
  const auto other = stage.ask(StopRequest{{"worker.1"}}, "d");
  CHECK(stage.knows("c"));
  stage.tell(ClientLost{"c"});
  CHECK_FALSE(stage.knows("c"));
  const auto again = stage.ask(StopRequest{{"worker.1"}});
  stage.gone("worker.1");
  stage.reply<DoneReply>(other);
  stage.reply<DoneReply>(again);
}

TEST_CASE("kill sends a signal to what runs and changes nothing about what is wished") {
  Stage stage = two_workers();
  const auto id = stage.ask(KillRequest{{"worker"}, SIGHUP});
  CHECK(stage.signals() == Lines{"worker.1 1", "worker.2 1"});
  CHECK(stage.reply<DoneReply>(id).names == Lines{"worker.1", "worker.2"});
  CHECK(stage.lines() == Lines{"api: Send SIGHUP to worker by adam@box"});
  CHECK(stage.formation() == "worker.1 up, worker.2 up");
  stage.dies("worker.1", SIGHUP);
  CHECK(stage.state("worker.1") == "crashed");
}

TEST_CASE("kill is refused where nothing runs, and for what is no signal") {
  Stage stage = two_workers();
  CHECK(stage.refusal(stage.ask(KillRequest{{"web"}, SIGHUP})) == "nothing of web runs now");
  CHECK(stage.refusal(stage.ask(KillRequest{{"worker"}, 0})) == "0 is not a signal");
  CHECK(stage.refusal(stage.ask(KillRequest{{}, SIGHUP})) == "kill: say which types or processes");
  CHECK(stage.signals().empty());
}

TEST_CASE("who is waited for may ask whether it still is") {
  Stage stage({{"worker", 1}});
  stage.comes_up("worker.1");
  const auto id = stage.ask(StopRequest{{"worker.1"}});
  stage.add(id, CreditRequest{0});
  CHECK(stage.replies(id).empty());
  stage.crashes("worker.1");
  REQUIRE(stage.replies(id).size() == 1);
  stage.add(id, CreditRequest{0});
  REQUIRE(stage.replies(id).size() == 2);
  CHECK(std::get<RefusedReply>(stage.replies(id)[1].body).refusal == Refusal::gone);
}

TEST_CASE("all means all of them, where no type is called so") {
  Stage stage({{"web", 1}, {"worker", 1}});
  stage.comes_up("web.1");
  stage.comes_up("worker.1");
  stage.ask(StopRequest{{"all"}});
  CHECK(stage.signals() == Lines{"web.1 15", "worker.1 15"});

  Stage named({{"all", 1}, {"worker", 1}}, model_of({{"all", "a"}, {"worker", "b"}}));
  named.comes_up("all.1");
  named.comes_up("worker.1");
  named.ask(StopRequest{{"all"}});
  CHECK(named.signals() == Lines{"all.1 15"});
}
