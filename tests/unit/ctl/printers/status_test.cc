// The daemon's health on the screen and for programs.
#include "ctl/printers/status.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace muster;
using nlohmann::json;

namespace {

StatusReply status() {
  StatusReply reply;
  reply.app = "shop";
  reply.directory = "/srv/shop";
  reply.version = "0.1.0";
  reply.pid = 4711;
  reply.uptime_ms = 7'200'000;
  reply.seq = 12;
  reply.lines = 34;
  reply.journal_bytes = 3 << 19;
  reply.processes = 6;
  reply.processes_up = 5;
  return reply;
}

}  // namespace

TEST_CASE("status says how the daemon is") {
  auto text = status_text(status());
  CHECK(text.find("App         shop in /srv/shop\n") != text.npos);
  CHECK(text.find("Daemon      musterd 0.1.0, pid 4711, up for 2h\n") != text.npos);
  CHECK(text.find("Processes   5 up of 6\n") != text.npos);
  CHECK(text.find("Journal     1.5 MiB\n") != text.npos);
  CHECK(text.find("Cgroups     none\n") != text.npos);
  CHECK(text.find("Alarms      none\n") != text.npos);
}

TEST_CASE("status says where the cgroups of the launches are") {
  auto reply = status();
  reply.cgroup = "/sys/fs/cgroup/muster-shop-0123";
  CHECK(status_text(reply).find("Cgroups     /sys/fs/cgroup/muster-shop-0123\n") !=
        std::string::npos);
  CHECK(json::parse(status_json(reply))["cgroup"] == reply.cgroup);
}

TEST_CASE("each alarm has a line of its own") {
  auto reply = status();
  reply.alarms = {"journal: No space left on device", "fds are short"};
  auto text = status_text(reply);
  CHECK(text.find("Alarm       journal: No space left on device\n") != text.npos);
  CHECK(text.find("Alarm       fds are short\n") != text.npos);
  CHECK(text.find("Alarms") == text.npos);
}

TEST_CASE("status for programs has every field") {
  auto object = json::parse(status_json(status()));
  CHECK(object["app"] == "shop");
  CHECK(object["pid"] == 4711);
  CHECK(object["uptime"] == 7200.0);
  CHECK(object["journal_oldest_time"].is_null());
  CHECK(object["alarms"] == json::array());
  CHECK(object["cgroup"].is_null());
  CHECK(object.size() == 27);
}
