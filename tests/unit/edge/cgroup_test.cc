// Cgroups as the kernel has them, where the tests may make some; and launches that live in one.
#include "daemon/edge/linux/cgroup.h"

#include <signal.h>
#include <catch2/catch.hpp>

#include "daemon/edge/launch/launch_cgroups.h"
#include "daemon/edge/linux/cgroup_place.h"
#include "tests/unit/edge/process_stage.h"

using namespace muster;

namespace {

// The cgroup of this test alone. Empty, with a word about it, where none may be made.
std::string place() {
  std::string directory = cgroup_for_run("unit", new_run("").token);
  if (directory.empty()) WARN("no cgroup may be made here: nothing is tested");
  return directory;
}

// Forked twice, in a session of its own, deaf to SIGTERM, and without environment or pipe of ours.
constexpr const char* with_escapees =
    "for i in 1 2 3 4 5; do"
    "  env -i setsid sh -c 'trap \"\" TERM; setsid tail -f /dev/null &' >/dev/null 2>&1; done;"
    "echo ready; exec tail -f /dev/null";

}  // namespace

TEST_CASE("a cgroup is made once, found again, and removed with all below it") {
  const std::string directory = place();
  if (directory.empty()) return;
  const Cgroup app(directory);
  CHECK_FALSE(app.exists());
  CHECK_FALSE(app.below("web.1-1").make());
  CHECK(app.make());
  CHECK(app.make());
  CHECK(app.below("web.1-1").make());
  CHECK(app.below("web.1-1").below("inner").make());
  CHECK(app.names_below() == std::vector<std::string>{"web.1-1"});
  CHECK_FALSE(app.occupied());
  CHECK_FALSE(app.holds(getpid()));
  CHECK(app.remove());
  CHECK_FALSE(app.exists());
  CHECK(app.remove());
}

TEST_CASE("what cannot be made is not there, and asking about it does no harm") {
  const Cgroup nowhere("/no/such/place");
  CHECK_FALSE(nowhere.make());
  CHECK_FALSE(nowhere.open());
  CHECK_FALSE(nowhere.occupied());
  CHECK(nowhere.names_below().empty());
  nowhere.kill();
  LaunchCgroups cgroups("/no/such/place/app");
  CHECK_FALSE(cgroups.make({"web", 1}, 1));
  CHECK_FALSE(cgroups.find({"web", 1}, 1));
}

TEST_CASE("who got away from its session, its parent and its environment is in the cgroup still") {
  const std::string directory = place();
  if (directory.empty()) return;
  ProcessStage stage("/", directory);
  auto launch = stage.start(with_escapees);
  REQUIRE(stage.run_until_printed(launch, "ready"));
  const auto cgroup = LaunchCgroups(directory).find({"web", 1}, launch);
  REQUIRE(cgroup);
  CHECK(cgroup->occupied());
  CHECK(cgroup->holds(static_cast<pid_t>(stage.seen(launch).launched->identity.pid)));

  stage.processes.kill(launch, SIGTERM);
  REQUIRE(stage.run_until([&] { return stage.seen(launch).exited.has_value(); }));
  CHECK(stage.seen(launch).exited->survivors);
  CHECK_FALSE(stage.seen(launch).gone);

  SECTION("and ended by it") { stage.processes.kill(launch, SIGKILL); }
  SECTION("and ended one by one where the kernel has no cgroup.kill") { cgroup->kill_each(); }
  REQUIRE(stage.run_until_gone(launch));
  CHECK(stage.run_until([&] { return !cgroup->exists(); }));
}

TEST_CASE("a launch that fails leaves no cgroup") {
  const std::string directory = place();
  if (directory.empty()) return;
  ProcessStage stage("/", directory);
  auto launch = stage.start_argv({"no-such-program"});
  REQUIRE(stage.run_until_gone(launch));
  CHECK(stage.seen(launch).failed->stage == "exec no-such-program");
  CHECK(stage.run_until([&] { return Cgroup(directory).names_below().empty(); }));
}

TEST_CASE("of what an earlier supervisor left, the launches that are over are ended") {
  const std::string directory = place();
  if (directory.empty()) return;
  LaunchCgroups cgroups(directory);
  REQUIRE(cgroups.make({"web", 1}, 1));
  REQUIRE(cgroups.make({"web", 2}, 2));
  cgroups.end_all_but({2});
  CHECK(Cgroup(directory).names_below() == std::vector<std::string>{"web.2-2"});
  cgroups.end();
  CHECK_FALSE(Cgroup(directory).exists());
}
