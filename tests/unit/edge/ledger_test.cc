// The ledger: what was kept is found again, whole steps only.
#include "daemon/edge/store/ledger.h"

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>

#include "ledger_place.h"

using namespace muster;
using namespace muster::ledger_place;

TEST_CASE("a place without a ledger is the beginning of a fresh run") {
  Place place;
  Ledger ledger = place.open();
  CHECK(ledger.empty());
  CHECK(ledger.run().token == fresh.token);
}

TEST_CASE("every field of a process that was kept is found again") {
  Place place;
  ProcessNote note = process("web", 1, ProcessState::stopping);
  note.wish = Wish::restart;
  note.launch = 7;
  note.progress = LaunchProgress::running;
  note.identity = Identity{123, 456, 78, 90};
  note.port = 5000;
  note.since = {MonoTime(5s), WallTime(-3s)};
  note.deadline = MonoTime(15s);
  note.stopping = {{SIGINT}, {true}, 3s};
  note.patience = 10s;
  note.launches = 3;
  note.crashes = 2;
  note.last_exit = 143;
  note.trouble = "exec: no \xff";
  note.one_off = OneOffNote{"worker", "sh", {"a", "b"}, {{"K", "V"}}, true};
  REQUIRE(place.open().keep(step({note})));

  const Ledger found = place.open();
  REQUIRE_FALSE(found.empty());
  const ProcessNote& again = found.memory().processes.at({"web", 1});
  CHECK(again.state == note.state);
  CHECK(again.wish == note.wish);
  CHECK(again.launch == note.launch);
  CHECK(again.progress == note.progress);
  CHECK(again.identity == note.identity);
  CHECK(again.port == note.port);
  CHECK(again.since.mono == note.since.mono);
  CHECK(again.since.wall == note.since.wall);
  CHECK(again.deadline == note.deadline);
  CHECK(again.stopping == note.stopping);
  CHECK(again.patience == note.patience);
  CHECK(again.launches == 3);
  CHECK(again.crashes == 2);
  CHECK(again.last_exit == 143);
  CHECK(again.trouble == note.trouble);
  CHECK(again.one_off == note.one_off);
  CHECK(found.memory().daemon == step({}).daemon);
}

TEST_CASE("later steps count, and the last one is known with what it says") {
  Place place;
  {
    Ledger ledger = place.open();
    REQUIRE(ledger.keep(step({process("web", 1, ProcessState::up)}, 1)));
    REQUIRE(ledger.keep(step({process("web", 2, ProcessState::up)}, 2)));
    Note last = step({process("web", 1, ProcessState::down)}, 3);
    last.erased = {{"web", 2}};
    EventRecord said;
    said.process = "web.1";
    said.text = "State changed";
    last.said = {said};
    REQUIRE(ledger.keep(last));
  }
  const Memory memory = place.open().memory();
  CHECK(memory.processes.size() == 1);
  CHECK(memory.processes.at({"web", 1}).state == ProcessState::down);
  CHECK(memory.last.after == 3);
  REQUIRE(memory.last.said.size() == 1);
  CHECK(memory.last.said[0].text == "State changed");
}

TEST_CASE("whoever was asked to end is known to the next supervisor, beside the last step") {
  Place place;
  const Asking asking{SIGTERM, true, true, {{{100, 7}, 3}}};
  {
    Ledger ledger = place.open();
    REQUIRE(ledger.keep(step({process("web", 1, ProcessState::stopping)}, 1)));
    ledger.keep_asking(5, asking);
    ledger.keep_asking(6, asking);
    ledger.forget_asking(6);
  }
  for (int supervisors = 0; supervisors < 2; supervisors++) {
    Ledger ledger = place.open();
    CHECK(ledger.memory().last.after == 1);
    CHECK(ledger.kept_asking(5).asked == asking.asked);
    CHECK(ledger.kept_asking(5).signal == SIGTERM);
    CHECK(ledger.kept_asking(6).signal == 0);
    REQUIRE(ledger.keep(step({}, 1)));  // which writes all of it
  }
}

TEST_CASE("a step that was cut off anywhere was not kept, and the ones before it were") {
  Place place;
  Ledger ledger = place.open();
  REQUIRE(ledger.keep(step({process("web", 1, ProcessState::up)}, 1)));
  const size_t whole = place.bytes().size();
  REQUIRE(ledger.keep(step({process("web", 1, ProcessState::down)}, 2)));
  const std::string both = place.bytes();
  place.forget_second();
  for (size_t size = whole; size < both.size(); size++) {
    place.write(both.substr(0, size));
    const Ledger found = place.open();
    REQUIRE(found.memory().last.after == 1);
    REQUIRE(found.memory().processes.at({"web", 1}).state == ProcessState::up);
  }
}

TEST_CASE("what follows a flipped bit was not kept") {
  Place place;
  REQUIRE(place.open().keep(step({process("web", 1, ProcessState::up)}, 1)));
  std::string bytes = place.bytes();
  bytes[bytes.size() - 3] ^= 1;
  place.write(bytes);
  place.forget_second();
  Ledger found = place.open();
  CHECK(found.memory().last.after == 0);
  CHECK(found.is_doubtful());
  CHECK_FALSE(found.take_told().empty());
}

TEST_CASE("after a reboot nothing is left of a run") {
  Place place;
  REQUIRE(place.open("last-boot/1/2").keep(step({process("web", 1, ProcessState::up)})));
  CHECK(place.open("this-boot/1/2").empty());
}

TEST_CASE("a run keeps its token, its start and its cgroup over all its supervisors") {
  Place place;
  REQUIRE(place.open().keep(step({})));
  Result<Ledger> next = place.try_open("this-boot/1/2", {}, {"another", 1, "/other"});
  REQUIRE(next);
  CHECK(next->run().token == fresh.token);
  CHECK(next->run().first_start == fresh.first_start);
  CHECK(next->run().cgroup == fresh.cgroup);
}

TEST_CASE("the ledger of a newer program is refused and stays as it is") {
  Place place;
  place.write("muster ledger 99 this-boot t 1\nwhatever");
  Result<Ledger> opened = place.try_open();
  REQUIRE_FALSE(opened);
  CHECK(opened.message().find("newer") != std::string::npos);
  CHECK(place.bytes().find("whatever") != std::string::npos);
}

TEST_CASE("it does not grow without end, and loses nothing when it is written anew") {
  Place place;
  Ledger ledger = place.open();
  ProcessNote big = process("web", 1, ProcessState::up);
  big.trouble = std::string(100'000, 'x');
  for (uint64_t i = 1; i <= 100; i++) REQUIRE(ledger.keep(step({big}, i)));
  CHECK(place.bytes().size() < 2 * Ledger::growth);
  CHECK(place.open().memory().last.after == 100);
  CHECK(place.open().memory().processes.at({"web", 1}).trouble == big.trouble);
}

TEST_CASE("when all is over the next run is a fresh one") {
  Place place;
  Ledger ledger = place.open();
  REQUIRE(ledger.keep(step({process("web", 1, ProcessState::up)})));
  ledger.end();
  CHECK(place.open().empty());
}
