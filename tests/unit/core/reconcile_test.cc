// Notes that are compared with what lives.
#include "daemon/core/reconcile.h"

#include <catch2/catch.hpp>

using namespace muster;

namespace {

AppModel model() {
  AppModel model;
  for (auto* name : {"web", "worker"}) {
    ProcessType type;
    type.name = name;
    type.command = std::string("serve ") + name;
    model.types.push_back(type);
  }
  return model;
}

Living living(const std::string& type, uint32_t number, LaunchId launch) {
  Living one;
  one.process = {type, number};
  one.launch = launch;
  one.identity.pid = int64_t(1000 + launch);
  one.command = "as it runs";
  one.port = 5000 + number;
  return one;
}

Memory remembered(std::vector<Living> all) {
  Memory memory;
  memory.daemon.formation = {{"web", 2}};
  for (auto& one : all) {
    ProcessNote note;
    note.name = one.process;
    note.state = ProcessState::up;
    note.launch = one.launch;
    note.identity = one.identity;
    memory.processes[note.name] = note;
  }
  return memory;
}

const FormationCounts saved = {{"web", 3}, {"worker", 0}};

}  // namespace

TEST_CASE("a memory that knows all that lives stays as it is") {
  auto agreed =
      reconcile(remembered({living("web", 1, 7)}), saved, {living("web", 1, 7)}, model(), {});
  CHECK_FALSE(agreed.changed());
  CHECK(agreed.memory.daemon.formation == FormationCounts{{"web", 2}});
}

TEST_CASE("what lives and is not remembered is looked after from now on") {
  auto agreed = reconcile({}, saved, {living("web", 1, 7), living("web", 2, 9)}, model(), {});
  REQUIRE(agreed.adopted.size() == 2);
  CHECK(agreed.memory.daemon.formation == saved);
  CHECK(agreed.memory.daemon.next_launch == 10);
  const ProcessNote& note = agreed.memory.processes.at({"web", 2});
  CHECK(note.state == ProcessState::up);
  CHECK(note.wish == Wish::run);
  CHECK(note.launch == 9);
  CHECK(note.progress == LaunchProgress::running);
  CHECK(note.identity->pid == 1009);
  CHECK(note.command == "serve web");
  CHECK(note.port == 5002);
  CHECK_FALSE(note.one_off);
}

TEST_CASE("a launch that lives takes the place of the one that is remembered and does not") {
  auto agreed =
      reconcile(remembered({living("web", 1, 3)}), saved, {living("web", 1, 7)}, model(), {});
  REQUIRE(agreed.adopted.size() == 1);
  CHECK(agreed.memory.processes.at({"web", 1}).launch == 7);
}

TEST_CASE("of two that live the remembered one stays") {
  auto agreed = reconcile(remembered({living("web", 1, 3)}), saved,
                          {living("web", 1, 3), living("web", 1, 7)}, model(), {});
  REQUIRE(agreed.to_end.size() == 1);
  CHECK(agreed.to_end[0].launch == 7);
  CHECK(agreed.memory.processes.at({"web", 1}).launch == 3);
}

TEST_CASE("of two that live and are not remembered the later one stays") {
  auto agreed = reconcile({}, saved, {living("web", 1, 3), living("web", 1, 7)}, model(), {});
  REQUIRE(agreed.to_end.size() == 1);
  CHECK(agreed.to_end[0].launch == 3);
  CHECK(agreed.memory.processes.at({"web", 1}).launch == 7);
}

TEST_CASE("a one-off that lives is one again, and is hung up on if it had a client") {
  Living attached = living("run", 4, 7), detached = living("run", 5, 8);
  attached.has_client = true;
  auto agreed = reconcile({}, saved, {attached, detached}, model(), {});
  CHECK(agreed.memory.processes.at({"run", 4}).one_off->attached);
  CHECK_FALSE(agreed.memory.processes.at({"run", 5}).one_off->attached);
  CHECK(agreed.memory.processes.at({"run", 5}).command == "as it runs");
  CHECK(agreed.memory.daemon.one_offs_named == 5);
}
