// An attached one-off over a succession: it waits for its client, and its end does so too.
#include "stage.h"

namespace muster {
namespace {

RunRequest known_by(const std::string& token) {
  RunRequest request = attached({"rake", "db:migrate"});
  request.token = token;
  request.terminal = TerminalSize{24, 80};
  return request;
}

AttachRequest again(const std::string& token) { return {"", 16, TerminalSize{50, 100}, token}; }

}  // namespace

TEST_CASE("a one-off is left alone by a succession, and its client takes it up again") {
  Stage stage({});
  stage.ask(known_by("secret"));
  stage.launched("run.1");
  stage.clear();
  stage.is_killed();
  CHECK(stage.signals().empty());
  CHECK(stage.launch("run.1").attached->client.empty());
  CHECK(stage.launch("run.1").attached->terminal == TerminalSize{24, 80});
  stage.pass(10s);
  const auto id = stage.ask(again("secret"), "d");
  REQUIRE(stage.replies(id).size() == 1);
  CHECK(std::get<RunStartedReply>(stage.replies(id)[0].body).process == "run.1");
  CHECK(stage.replies(id)[0].more);
  CHECK(stage.attached() == Stage::Lines{"run.1"});
  stage.add(id, SignalRequest{SIGINT}, "d");
  CHECK(stage.passed_on() == 1);
  stage.pass(60s);
  CHECK(stage.signals().empty());
  stage.exits("run.1", 7);
  stage.gone("run.1");
  CHECK(std::get<RunExitedReply>(stage.replies(id).back().body).status == 7);
  CHECK_FALSE(stage.has_deadline());
}

TEST_CASE("the same over any number of successions, and then its client may be lost as ever") {
  Stage stage({});
  stage.ask(known_by("secret"));
  stage.launched("run.1");
  for (int i = 0; i < 5; i++) {
    stage.is_killed();
    stage.ask(again("secret"));
  }
  stage.clear();
  stage.tell(ClientLost{"c"});
  CHECK(stage.signals() == Stage::Lines{"run.1 1"});
}

TEST_CASE("a client that stays away has its one-off hung up") {
  Stage stage({});
  stage.ask(known_by("secret"));
  stage.ask(attached({"without", "token"}));
  stage.launched("run.1");
  stage.launched("run.2");
  stage.clear();
  stage.is_killed();
  CHECK(stage.signals() == Stage::Lines{"run.2 1"});
  CHECK(stage.passed_on() == 1);
  stage.pass(29s);
  stage.clear();
  stage.pass(2s);
  CHECK(stage.signals() == Stage::Lines{"run.1 1"});
  CHECK(stage.passed_on() == 1);
  const auto late = stage.ask(again("secret"));
  CHECK(stage.reply<RefusedReply>(late).refusal == Refusal::usage);
}

TEST_CASE("the end of a one-off is told to a client whose reply was lost, for a while") {
  Stage stage({});
  stage.ask(known_by("one"));
  stage.ask(known_by("two"));
  stage.launched("run.1");
  stage.exits("run.1", 7);
  stage.gone("run.1");
  stage.fails("run.2", "exec rake", ENOENT);
  stage.is_killed();
  CHECK(stage.reply<RunExitedReply>(stage.ask(again("one"))).status == 7);
  const auto refused = stage.reply<RefusedReply>(stage.ask(again("two")));
  CHECK(refused.status == 127);
  CHECK(stage.reply<RefusedReply>(stage.ask(again("three"))).refusal == Refusal::no);
}

TEST_CASE("one that a killed supervisor has not come to launch is launched with what it needs") {
  Stage stage({});
  stage.ask(known_by("secret"));
  stage.is_killed();
  REQUIRE(stage.launch("run.1").resumed);
  const auto id = stage.ask(again("secret"));
  CHECK(stage.replies(id).empty());
  stage.launched("run.1");
  REQUIRE(stage.replies(id).size() == 1);
  CHECK(std::get<RunStartedReply>(stage.replies(id)[0].body).process == "run.1");
}

TEST_CASE("nobody takes up a one-off that has its client") {
  Stage stage({});
  stage.ask(known_by("secret"), "c");
  stage.launched("run.1");
  CHECK(stage.reply<RefusedReply>(stage.ask(again("secret"), "d")).refusal == Refusal::usage);
  CHECK(stage.attached().empty());
}

}  // namespace muster
