// The files that limit a launch, in a directory that only looks like cgroups of version 2; the
// kernel's own are what the system tests use.
#include "daemon/edge/launch/quota_cgroups.h"

#include <filesystem>
#include <fstream>

#include "tests/support/temp_dir.h"

#include <catch2/catch.hpp>

using namespace muster;

namespace {

const Quotas everything{Quotas::Bytes{1 << 20}, Quotas::CorePercents{150}, Quotas::Tasks{7}};

struct Stage {
  TempDir directory;
  std::string own = directory.path() + "/own", run = own + "/muster-app-17";
  Cgroup launch{run + "/web.1-1"};
  // Without hierarchies of version 1.
  QuotaCgroups quotas{run, "", 0};

  Stage() {
    std::filesystem::create_directories(launch.directory());
    for (auto& name : {own + "/cgroup.subtree_control", run + "/cgroup.subtree_control",
                       launch.directory() + "/memory.max", launch.directory() + "/cpu.max",
                       launch.directory() + "/pids.max"})
      write(name, "");
  }
  static void write(const std::string& file, const std::string& text) {
    std::ofstream(file) << text;
  }
  static std::string read(const std::string& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

}  // namespace

TEST_CASE("a launch has each limit in the cgroup that it will be started in") {
  Stage stage;
  const auto others = stage.quotas.limit("web.1-1", everything, stage.launch);
  REQUIRE(others);
  CHECK(others->empty());
  CHECK(stage.read(stage.launch.directory() + "/memory.max") == "1048576");
  CHECK(stage.read(stage.launch.directory() + "/cpu.max") == "150000 100000");
  CHECK(stage.read(stage.launch.directory() + "/pids.max") == "7");
}

TEST_CASE("a controller is allowed above the run and above its launches, once") {
  Stage stage;
  const Quotas pids{{}, {}, Quotas::Tasks{7}};
  REQUIRE(stage.quotas.limit("web.1-1", pids, stage.launch));
  CHECK(stage.read(stage.own + "/cgroup.subtree_control") == "+pids");
  CHECK(stage.read(stage.run + "/cgroup.subtree_control") == "+pids");
  std::filesystem::remove(stage.own + "/cgroup.subtree_control");
  CHECK(stage.quotas.limit("web.1-1", pids, stage.launch));
}

TEST_CASE("a limit that cannot be put on a launch is a failure that says which") {
  Stage stage;
  const auto nowhere = stage.quotas.limit("web.1-1", everything, {});
  REQUIRE_FALSE(nowhere);
  CHECK(nowhere.error().stage == "limit memory: there is no cgroup for it");
  CHECK(nowhere.error().error_number == 0);

  std::filesystem::remove(stage.launch.directory() + "/cpu.max");
  const auto no_file = stage.quotas.limit("web.1-1", everything, stage.launch);
  REQUIRE_FALSE(no_file);
  CHECK(no_file.error().stage == "limit cpu: " + stage.launch.directory() + "/cpu.max");
  CHECK(no_file.error().error_number == ENOENT);
}

TEST_CASE("what the kernel counts is read from whichever version there is") {
  Stage stage;
  const std::string place = stage.launch.directory();
  CHECK_FALSE(times_out_of_memory(stage.launch));
  stage.write(place + "/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n");
  CHECK(times_out_of_memory(stage.launch) == 3u);
  stage.write(place + "/memory.events", "low 0\noom 9\noom_kill 2\noom_group_kill 0\n");
  CHECK(times_out_of_memory(stage.launch) == 2u);
  stage.write(place + "/memory.current", "4096\n");
  CHECK(memory_used(stage.launch) == 4096u);
  stage.write(place + "/cpu.stat", "usage_usec 1500\nuser_usec 1000\n");
  CHECK(microseconds_of_cpu(stage.launch) == 1500u);
}
