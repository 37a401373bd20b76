// The names of one-offs, their life, and the exchange of an attached one.
#include "proto/limits.h"
#include "stage.h"

using namespace muster;
using Lines = Stage::Lines;

TEST_CASE("an attached one-off: started, its exit is answered when all of it is gone") {
  Stage stage({});
  const auto id = stage.ask(attached({"rake", "db:migrate", "a b"}));
  const Launch& launch = stage.launch("run.1");
  CHECK(launch.argv == Lines{"rake", "db:migrate", "a b"});
  CHECK(launch.env ==
        Environment{{"COLOUR", "blue"}, {"COLOUR", "red"}, {"PS", "run.1"}, {"DYNO", "run.1"}});
  REQUIRE(launch.attached);
  CHECK(launch.attached->client == "c");
  CHECK(launch.attached->request_id == id);
  CHECK(launch.attached->credit == 8);
  CHECK(stage.replies(id).empty());

  stage.launched("run.1", 77);
  REQUIRE(stage.replies(id).size() == 1);
  CHECK(stage.replies(id)[0].more);
  CHECK(std::get<RunStartedReply>(stage.replies(id)[0].body).process == "run.1");
  stage.exits("run.1", 3);
  CHECK(stage.replies(id).size() == 1);
  stage.gone("run.1");
  REQUIRE(stage.replies(id).size() == 2);
  CHECK_FALSE(stage.replies(id)[1].more);
  CHECK(std::get<RunExitedReply>(stage.replies(id)[1].body).status == 3);
  CHECK(stage.lines() ==
        Lines{"api: Run `rake db:migrate 'a b'` by adam@box",
              "run.1: State changed from down to starting",
              "run.1: Starting process with command `rake db:migrate 'a b'`",
              "run.1: started with pid 77", "run.1: State changed from starting to up",
              "run.1: Process exited with status 3", "run.1: State changed from up to complete"});
  CHECK(stage.formation().empty());
}

TEST_CASE("a terminal that an attached one-off is to have is a part of its launch") {
  Stage stage({});
  RunRequest request = attached({"irb"});
  request.terminal = TerminalSize{24, 80};
  const auto id = stage.ask(request);
  REQUIRE(stage.launch("run.1").attached);
  CHECK(stage.launch("run.1").attached->terminal == TerminalSize{24, 80});
  stage.launched("run.1");
  stage.add(id, ResizeRequest{{30, 100}});
  CHECK(stage.passed_on() == 1);
}

TEST_CASE("a detached one-off is answered once it runs, and is never started again") {
  Stage stage({});
  const auto id = stage.ask(detached({"sleep", "9"}));
  CHECK_FALSE(stage.launch("run.1").attached);
  stage.launched("run.1");
  CHECK(stage.reply<RunStartedReply>(id).process == "run.1");
  stage.crashes("run.1");
  CHECK(stage.launches() == 1);
  CHECK(stage.replies(id).size() == 1);
  CHECK(stage.formation().empty());
}

TEST_CASE("numbers of one-offs count up and are not used again") {
  Stage stage({});
  stage.ask(detached({"a"}));
  stage.ask(detached({"b"}));
  stage.crashes("run.1");
  stage.ask(detached({"c"}));
  CHECK(stage.formation() == "run.2 starting, run.3 starting");
}

TEST_CASE("a type as the first word stands for its command, further words are quoted") {
  Stage stage({});
  stage.ask(detached({"worker", "42", "it's"}));
  CHECK(stage.launch("run.1").argv.empty());
  CHECK(stage.launch("run.1").command == "work 42 'it'\\''s'");
  stage.ask(detached({"worker"}));
  CHECK(stage.row("run.2").command == "work");
}

TEST_CASE("a command with a newline in it does not make a second line") {
  Stage stage({});
  stage.ask(detached({"echo", "a\nmuster[api]: Scale to web=0 by eve"}));
  CHECK(stage.lines().back() ==
        "run.1: Starting process with command `echo 'a\\x0amuster[api]: Scale to web=0 by eve'`");
  CHECK(stage.launch("run.1").argv[1] == "a\nmuster[api]: Scale to web=0 by eve");
}

TEST_CASE("a one-off has no port, and is up as soon as it runs") {
  Stage stage({});
  stage.ask(detached({"web"}));
  CHECK_FALSE(stage.row("run.1").port);
  stage.launched("run.1");
  CHECK(stage.state("run.1") == "up");
}

TEST_CASE("a one-off that cannot be started is refused with the reason, once") {
  Stage stage({});
  for (auto& request : {attached({"nope"}), detached({"nope"})}) {
    const auto id = stage.ask(request);
    const std::string name = stage.formation().substr(0, 5);
    stage.fails(name, "exec nope");
    CHECK(stage.refusal(id) == "Failed to start: exec nope: No such file or directory");
    CHECK(stage.lines().back() == name + ": State changed from starting to complete");
  }
  CHECK(stage.formation().empty());
}

TEST_CASE("what a one-off leaves behind is ended before it counts as gone") {
  Stage stage({});
  const auto id = stage.ask(attached({"daemonize"}));
  stage.launched("run.1");
  stage.clear();
  stage.exits("run.1", 0, true);
  CHECK(stage.signals() == Lines{"run.1 15 all"});
  CHECK(stage.lines()[1] == "run.1: State changed from up to complete");
  stage.ask(StopRequest{{"run.1"}});
  CHECK(stage.state("run.1") == "complete");
  stage.pass(10s);
  stage.gone("run.1");
  CHECK(std::get<RunExitedReply>(stage.replies(id).back().body).status == 0);
}

TEST_CASE("a one-off is stopped by name or all together, and is complete then") {
  Stage stage({{"worker", 1}});
  const auto run = stage.ask(attached({"a"}));
  stage.ask(detached({"b"}));
  stage.launched("run.1");
  stage.launched("run.2");
  stage.clear();
  const auto stop = stage.ask(StopRequest{{"run"}});
  CHECK(stage.signals() == Lines{"run.1 15", "run.2 15"});
  stage.dies("run.1", SIGTERM);
  stage.gone("run.1");
  stage.gone("run.2");
  CHECK(stage.reply<DoneReply>(stop).names == Lines{"run.1", "run.2"});
  CHECK(std::get<RunExitedReply>(stage.replies(run).back().body).status == 143);
  CHECK(stage.lines().back() == "run.2: State changed from stopping to complete");
}

TEST_CASE("one-offs are not restarted, and are no part of the formation") {
  Stage stage({});
  stage.ask(detached({"a"}));
  stage.launched("run.1");
  stage.clear();
  CHECK(stage.reply<DoneReply>(stage.ask(RestartRequest{})).names.empty());
  CHECK(stage.refusal(stage.ask(RestartRequest{{"run.1"}})) ==
        "run.1 is a one-off and runs only once");
  CHECK(stage.refusal(stage.ask(StartRequest{{"run.1"}})) ==
        "run.1 is a one-off and runs only once");
  CHECK(stage.signals().empty());
}

TEST_CASE("input, credit and signals of an exchange go to its launch until it is over") {
  Stage stage({});
  const auto id = stage.ask(attached({"cat"}));
  stage.add(id, InputRequest{"x", false});
  stage.launched("run.1");
  stage.add(id, CreditRequest{4});
  stage.add(id, SignalRequest{SIGINT});
  CHECK(stage.passed_on() == 3);
  stage.add(id, InputRequest{"x", false}, "somebody else");
  stage.add(id + 1, InputRequest{"x", false});
  stage.exits("run.1");
  stage.gone("run.1");
  stage.add(id, InputRequest{"too late", true});
  CHECK(stage.passed_on() == 0);
  CHECK(stage.replies(id).size() == 2);
}

TEST_CASE("when its client is lost a one-off gets SIGHUP, then SIGTERM, then SIGKILL") {
  Stage stage({});
  const auto id = stage.ask(attached({"stubborn"}));
  stage.launched("run.1");
  stage.clear();
  stage.tell(ClientLost{"c"});
  CHECK(stage.lines() == Lines{"run.1: Client connection closed. Sending SIGHUP to all processes"});
  CHECK(stage.signals() == Lines{"run.1 1"});
  stage.tell(ClientLost{"c"});
  CHECK(stage.signals().empty());
  stage.pass(10s);
  CHECK(stage.signals() == Lines{"run.1 15"});
  stage.pass(10s);
  CHECK(stage.signals() == Lines{"run.1 15 all", "run.1 9"});
  stage.gone("run.1");
  CHECK(stage.replies(id).size() == 1);
  CHECK_FALSE(stage.has_deadline());
}

TEST_CASE("a client that cancels is told how its one-off ended") {
  Stage stage({});
  const auto id = stage.ask(attached({"a"}));
  stage.launched("run.1");
  stage.clear();
  stage.add(id, CancelRequest{});
  stage.add(id, CancelRequest{});
  CHECK(stage.signals() == Lines{"run.1 1"});
  stage.dies("run.1", SIGHUP);
  stage.gone("run.1");
  CHECK(std::get<RunExitedReply>(stage.replies(id).back().body).status == 129);
}

TEST_CASE("a client that is lost before exec has succeeded ends its one-off at once") {
  Stage stage({});
  stage.ask(attached({"a"}));
  stage.clear();
  stage.tell(ClientLost{"c"});
  CHECK(stage.signals() == Lines{"run.1 15"});
  stage.launched("run.1");
  stage.gone("run.1");
  CHECK(stage.formation().empty());
}

TEST_CASE("a lost client ends its own one-offs and nobody else's") {
  Stage stage({});
  stage.ask(attached({"a"}), "c");
  stage.ask(attached({"b"}), "d");
  stage.ask(attached({"c"}), "c");
  for (auto name : {"run.1", "run.2", "run.3"}) stage.launched(name);
  stage.clear();
  stage.tell(ClientLost{"c"});
  CHECK(stage.signals() == Lines{"run.1 1", "run.3 1"});
}

TEST_CASE("one client has so many attached one-offs, and all have so many words") {
  Stage stage({});
  for (size_t i = 0; i < limits::one_offs_of_client; i++) stage.ask(attached({"a"}));
  CHECK(stage.refusal(stage.ask(attached({"a"}))) ==
        "64 attached one-offs of this client run already");
  CHECK(stage.replies(stage.ask(attached({"a"}), "d")).empty());
  CHECK(stage.replies(stage.ask(detached({"a"}))).empty());

  const std::string word(1 << 20, 'x');
  for (size_t i = 1; i * word.size() < limits::one_off_words; i++)
    CHECK(stage.replies(stage.ask(detached({word}))).empty());
  CHECK(stage.refusal(stage.ask(detached({word}))) ==
        "the words and variables of all one-offs that run may have 33554432 bytes");
}

TEST_CASE("what cannot be run is refused") {
  Stage stage({});
  CHECK(stage.reply<RefusedReply>(stage.ask(detached({}))).refusal == Refusal::usage);
  for (uint32_t i = 0; i < limits::one_offs; i++) stage.ask(detached({"a"}));
  CHECK(stage.refusal(stage.ask(detached({"a"}))) ==
        "256 one-offs run already, which is the limit");

  Stage other({});
  const auto id = other.ask(attached({"a"}));
  other.add(id, attached({"b"}));
  CHECK(other.refusal(id) == "run: request 1 is still under way");
}

TEST_CASE("credit for an exchange that is not under way is refused, so that its client knows") {
  Stage stage({});
  stage.add(77, CreditRequest{0});
  CHECK(stage.reply<RefusedReply>(77).refusal == Refusal::gone);
  const auto id = stage.ask(attached({"cat"}));
  stage.launched("run.1");
  stage.add(id, CreditRequest{0});
  CHECK(stage.replies(id).size() == 1);
}
