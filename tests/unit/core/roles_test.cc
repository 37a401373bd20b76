// Requests beyond the role of a client's connection.
#include "daemon/core/denials.h"
#include "proto/verb.h"
#include "stage.h"

using namespace muster;

namespace {

const std::vector<RequestBody> changes = {
    ScaleRequest{{"web=3"}}, RestartRequest{},         StopRequest{{"web"}},
    StartRequest{{"web"}},   KillRequest{{"web"}, 15}, RunRequest{{"ls"}},
    AttachRequest{"web.1"},  RollbackRequest{},        ConfigRequest{{{"A", "1"}}},
    KeyRequest{"eve"},       KeyRequest{"", "eve"},    ConfigRequest{{}, {"A"}},
    DeployRequest{"x", "y"}, ReloadRequest{},          ShutdownRequest{},
    UpgradeRequest{},        InputRequest{"x"},        SignalRequest{15},
    ResizeRequest{{24, 80}}};

// Since the last call.
std::vector<EventRecord> denials(Stage& stage) {
  std::vector<EventRecord> told = stage.records();
  for (auto& event : told) CHECK(event.role);
  return told;
}

}  // namespace

TEST_CASE("a client that may only read changes nothing, and each try is told") {
  Stage stage({{"web", 2}});
  stage.role = Role::read;
  for (auto& body : changes) {
    stage.clear();
    INFO(verb_of(body).name);
    const auto id = stage.ask(body);
    const std::string text = "adam@box may not " + std::string(verb_of(body).name) + " (read)";
    CHECK(stage.refusal(id) == text);
    const auto told = denials(stage);
    REQUIRE(told.size() == 1);
    CHECK(told[0].text == text);
    CHECK(told[0].by == "adam@box");
    CHECK(told[0].role == "read");
  }
  stage.reply<PsReply>(stage.ask(PsRequest{}));
  stage.reply<ScaleReply>(stage.ask(ScaleRequest{}));
}

TEST_CASE("a client that may operate scales, and sets no config var") {
  Stage stage({{"web", 1}});
  stage.role = Role::operate;
  stage.reply<ScaleReply>(stage.ask(ScaleRequest{{"web=2"}}));
  CHECK(stage.refusal(stage.ask(ConfigRequest{{{"A", "1"}}})) ==
        "adam@box may not config (operate)");
}

TEST_CASE("the events of a change say the role, and the address of another machine") {
  Stage stage({{"web", 1}});
  stage.role = Role::operate;
  stage.clear();
  stage.reply<ScaleReply>(stage.ask(ScaleRequest{{"web=2"}}));
  for (auto& event : stage.records())
    if (event.by) {
      CHECK(event.role == "operate");
      CHECK_FALSE(event.address);
    }
}

TEST_CASE("refusals without end are counted, and told later") {
  Stage stage({{"web", 1}});
  stage.role = Role::read;
  stage.clear();
  for (int i = 0; i < Denials::at_once + 7; i++) stage.ask(ReloadRequest{});
  CHECK(denials(stage).size() == static_cast<size_t>(Denials::at_once));
  stage.sleep(1s);
  stage.ask(ReloadRequest{});
  const auto told = denials(stage);
  REQUIRE(told.size() == 1);
  CHECK(told[0].text == "adam@box may not reload (read); 7 more were refused");
}
