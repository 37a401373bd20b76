// Readiness by what a process prints, from records as the router publishes them.
#include "daemon/edge/watch/log_watch.h"

#include "base/uv/loop.h"
#include "proto/codec.h"

#include <catch2/catch.hpp>

using namespace muster;

namespace {

struct Watcher {
  Loop loop;
  std::vector<LaunchId> ready;
  LogWatch watch{loop, [this](Event event) { ready.push_back(std::get<Ready>(event).launch); }};

  void prints(LaunchId launch, std::vector<std::string_view> lines) {
    LogRecord record;
    record.process = "web.1";
    record.launch = launch;
    record.lines = std::move(lines);
    std::vector<char> payload;
    encode(record, payload);
    watch.see({payload.data(), payload.size()});
  }
  std::vector<LaunchId> told() {
    loop.run();  // until nothing is left to do
    return std::exchange(ready, {});
  }
};
using Launches = std::vector<LaunchId>;

}  // namespace

TEST_CASE("a launch is ready when a line of it matches, and that is told once") {
  Watcher watcher;
  watcher.watch.watch(1, "^Listening on [0-9]+");
  watcher.watch.watch(2, "^Listening");
  watcher.prints(1, {"starting", "Listening soon"});
  watcher.prints(3, {"Listening on 80"});
  CHECK(watcher.told() == Launches{});
  watcher.prints(1, {"x", "Listening on 80", "Listening on 81"});
  watcher.prints(1, {"Listening on 82"});
  CHECK(watcher.ready.empty());
  CHECK(watcher.told() == Launches{1});
  watcher.watch.forget(2);
  watcher.prints(2, {"Listening"});
  CHECK(watcher.told() == Launches{});
}

TEST_CASE("what muster itself says is no line of a launch") {
  Watcher watcher;
  watcher.watch.watch(1, ".");
  EventRecord event;
  event.process = "web.1";
  event.launch = 1;
  event.text = "anything";
  std::vector<char> payload;
  encode(event, payload);
  watcher.watch.see({payload.data(), payload.size()});
  watcher.watch.see("no record at all");
  CHECK(watcher.told() == Launches{});
}
