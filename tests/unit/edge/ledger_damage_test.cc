// The steps are found again whatever becomes of the ledger's files, or it is known that they are
// missing.
#include <catch2/catch.hpp>
#include <filesystem>

#include "ledger_place.h"

using namespace muster;
using namespace muster::ledger_place;

TEST_CASE("another pid namespace of the same boot knows none of its processes") {
  Place place;
  REQUIRE(place.open("this-boot/1/2").keep(step({process("web", 1, ProcessState::up)})));
  CHECK(place.open("this-boot/7/2").empty());
  CHECK(place.open("this-boot/1/9").empty());
  CHECK_FALSE(place.open("this-boot/1/2").empty());
}

TEST_CASE("what lives is believed more than the boot") {
  Place place;
  REQUIRE(place.open("last-boot/1/2").keep(step({process("web", 1, ProcessState::up)})));
  Ledger ledger = place.open("this-boot/1/2", {{fresh.token}, {}});
  CHECK(ledger.memory().processes.size() == 1);
  CHECK_FALSE(ledger.take_told().empty());
}

TEST_CASE("where no ledger is left the run that lives goes on") {
  Place place;
  const Run living{"living", 12, "/there"};
  const Ledger ledger = place.open("this-boot/1/2", {{"living"}, living});
  CHECK(ledger.empty());
  CHECK(ledger.run().token == "living");
  CHECK(ledger.run().cgroup == "/there");
}

TEST_CASE("whatever has happened to one copy, the other one is taken, and it is told") {
  Place place;
  {
    Ledger ledger = place.open();
    REQUIRE(ledger.keep(step({process("web", 1, ProcessState::up)}, 1)));
    REQUIRE(ledger.keep(step({process("web", 2, ProcessState::up)}, 2)));
    REQUIRE(ledger.keep(step({process("web", 3, ProcessState::up)}, 3)));
  }
  const std::string whole = place.bytes();
  const auto check = [&](const std::string& damaged) {
    place.write(damaged);
    Ledger ledger = place.open();
    REQUIRE(ledger.memory().processes.size() == 3);
    REQUIRE(ledger.memory().last.after == 3);
    REQUIRE_FALSE(ledger.take_told().empty());
  };
  // A step less is no wonder.
  const size_t last = whole.size() - (whole.size() - whole.find('\n') - 1) / 3;
  for (size_t size = 0; size < last; size += 7) check(whole.substr(0, size));
  for (size_t at = 0; at < whole.size(); at += 11) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
    check(flipped);
  }
  check(std::string(whole.size(), '\0'));
  check("garbage\n");
  check("muster ledger 99 this-boot t 1\nwhatever");
  std::filesystem::remove(place.path);
  check({});
  std::filesystem::remove(place.path);
  std::filesystem::create_directory(place.path);
  Ledger ledger = place.open();
  CHECK(ledger.memory().processes.size() == 3);
  REQUIRE(ledger.keep(step({}, 4)));
  CHECK(std::filesystem::is_regular_file(place.path));
}

TEST_CASE("an old copy is known by its number") {
  Place place;
  Ledger ledger = place.open();
  REQUIRE(ledger.keep(step({process("web", 1, ProcessState::up)}, 1)));
  const std::string old = place.bytes();
  for (uint64_t i = 2; i < 5; i++) REQUIRE(ledger.keep(step({}, i)));
  place.write(old);
  Ledger found = place.open();
  CHECK(found.memory().last.after == 4);
  REQUIRE_FALSE(found.take_told().empty());
}

TEST_CASE("a file that is taken away or changed while it is kept is written anew") {
  Place place;
  Ledger ledger = place.open();
  REQUIRE(ledger.keep(step({process("web", 1, ProcessState::up)}, 1)));
  ledger.look();
  CHECK(ledger.take_told().empty());
  SECTION("removed") { std::filesystem::remove(place.path); }
  SECTION("another") {
    std::filesystem::remove(place.path);
    place.write("another");
  }
  SECTION("cut") { std::filesystem::resize_file(place.path, 10); }
  SECTION("a directory") {
    std::filesystem::remove(place.path);
    std::filesystem::create_directory(place.path);
  }
  ledger.look();
  CHECK(ledger.take_told().size() == 1);
  place.forget_second();
  CHECK(place.open().memory().last.after == 1);
  ledger.look();
  ledger.look();
  CHECK(ledger.alarms().empty());
}

TEST_CASE("how far the journal was is known again") {
  Place place;
  Ledger ledger = place.open();
  REQUIRE(ledger.keep(step({}, 1)));
  ledger.keep(journal::Mark{17, 12, 1000, 900, 3});
  CHECK(place.open().journal() == journal::Mark{17, 12, 1000, 900, 3});
  CHECK(place.open().memory().last.after == 1);
}
