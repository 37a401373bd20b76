// The settings in force: every one is found again, whole or not at all, also while the next one is
// not settled.
#include "daemon/edge/store/in_force.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <sstream>

#include "daemon/config/load.h"
#include "daemon/config/settings_keys.h"
#include "tests/support/temp_dir.h"

using namespace muster;

namespace {

constexpr const char* every_key = R"(
[web]
backoff = { base = "2s", cap = "3m" }
boot_timeout = "7s"
core = "1M"
cpu = 1.5
directory = "below"
disk = "2G"
env = { COLOUR = "red", EMPTY = "" }
give_up = { crashes = 3, within = "4m" }
grace = "5s"
group = "nogroup"
health = { check = "http:/up", every = "1s", timeout = "2s", failures = 4 }
isolate = true
kill = "tree"
line_rate = 500
listen = "127.0.0.1:8080"
max_age = "6h"
max_memory = "300M"
memory = "400M"
needs = ["db:completed", "cache:started"]
nice = 5
nofile = 1024
on_crash = "bin/tell"
oom_score = 100
pids = 50
ready = "log:listening on [0-9]+"
restart = "on-failure"
roll = 2
signal = "INT"
singleton = false
success = [0, 3]
tty = true
umask = "027"
user = "nobody"
watch = ["src", "config.yml"]
watchdog = "9s"
[db]
restart = "never"
success = []
[nightly]
cron = "*/5 9-17 1 * mon-fri"
[run]
isolate = false
)";

InForce some(uint64_t number = 1) {
  auto loaded = assemble_model({"Procfile", "web: one\nnightly: two\ndb: three\ncache: four\n"},
                               {{".env", "PORT=7000\nBYTES=\xff\xfe\n"}},
                               NamedText{"muster.toml", every_key});
  REQUIRE(loaded);
  for (auto& error : loaded->errors) FAIL(error.text());
  InForce in_force{number, "token", "app", "/srv/app", 7000, {}, std::move(loaded->model)};
  in_force.release = {3, "Set A", "me", WallTime(5s), {{"A", "b"}}, "code", ""};
  return in_force;
}

void expect_same(const InForce& one, const InForce& other) {
  CHECK(one.number == other.number);
  CHECK(one.run == other.run);
  CHECK(one.app == other.app);
  CHECK(one.directory == other.directory);
  CHECK(one.base_port == other.base_port);
  CHECK(one.release == other.release);
  CHECK(one.model == other.model);
}

struct KeptPlace {
  TempDir directory;
  std::string path = directory.path() + "/in-force";
  UniqueFd deposit;

  InForceFile open(const InForce* last = nullptr) {
    return {path, [this](int file) { deposit = UniqueFd(dup(file)); }, last};
  }
  std::string bytes() const {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
  }
};

}  // namespace

TEST_CASE("every key of muster.toml is kept") {
  const InForce kept = some();
  std::set<std::string_view> untold;
  Settings usual;
  auto note_untold = [&](Key key, auto& value, auto& by_default) {
    if (value == by_default) untold.insert(key.name);
  };
  for_each_key(note_untold, kept.model.types[0].settings, usual);
  CHECK(untold == std::set<std::string_view>{"cron"});
  CHECK(kept.model.types[1].settings.cron);

  std::vector<char> bytes;
  encode(kept, bytes);
  auto found = decode_in_force({bytes.data(), bytes.size()});
  REQUIRE(found);
  expect_same(*found, kept);
}

TEST_CASE("what is kept is found in the file and in the keeper's descriptor") {
  KeptPlace place;
  InForceFile file = place.open();
  REQUIRE(file.keep(some()));
  for (auto& found : {InForceFile::read(place.path), InForceFile::read(place.deposit)}) {
    REQUIRE(found.size() == 1);
    expect_same(found[0], some());
  }
}

TEST_CASE("the one before is there until the next one is settled") {
  KeptPlace place;
  InForceFile file = place.open();
  REQUIRE(file.keep(some(1)));
  file.settle();
  REQUIRE(file.keep(some(2)));
  REQUIRE(InForceFile::read(place.path).size() == 2);
  CHECK(InForceFile::read(place.path)[0].number == 1);
  REQUIRE(file.keep(some(3)));
  CHECK(InForceFile::read(place.path)[1].number == 3);
  file.settle();
  REQUIRE(file.keep(some(4)));
  CHECK(InForceFile::read(place.path)[0].number == 3);

  const InForce last = some(4);
  InForceFile successor = place.open(&last);
  REQUIRE(successor.keep(some(5)));
  CHECK(InForceFile::read(place.deposit)[0].number == 4);
}

TEST_CASE("a file that is cut short or changed anywhere holds nothing wrong") {
  KeptPlace place;
  InForceFile file = place.open();
  REQUIRE(file.keep(some(1)));
  file.settle();
  REQUIRE(file.keep(some(2)));
  const std::string whole = place.bytes();
  for (size_t length = 0; length < whole.size(); length += 7) {
    std::ofstream(place.path, std::ios::binary) << whole.substr(0, length);
    CHECK(InForceFile::read(place.path).size() < 2);
  }
  for (size_t at = 0; at < whole.size(); at += 5) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x20);
    std::ofstream(place.path, std::ios::binary) << changed;
    for (auto& found : InForceFile::read(place.path)) expect_same(found, some(found.number));
  }
}

TEST_CASE("where the file cannot be written the keeper has it") {
  KeptPlace place;
  place.path = place.directory.path() + "/missing/in-force";
  InForceFile file = place.open();
  const Result<> kept = file.keep(some());
  REQUIRE_FALSE(kept);
  CHECK(kept.message().starts_with(place.path + ": open"));
  CHECK(InForceFile::read(place.deposit).size() == 1);
}

TEST_CASE("what is in the file's place and no file holds nothing") {
  KeptPlace place;
  CHECK(InForceFile::read(place.path).empty());
  CHECK(InForceFile::read(place.directory.path()).empty());
  CHECK(InForceFile::read(UniqueFd()).empty());
}
