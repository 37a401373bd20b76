// A subscriber and all the ways in which a bus loses messages: what is delivered has no gap and no
// double.
#include "proto/subscriber.h"

#include <catch2/catch.hpp>

#include "tests/support/temp_dir.h"
#include "tests/unit/proto/fake_daemon.h"

namespace muster {
namespace {

using Bus = FakeDaemon::Bus;
using Lines = std::vector<std::string>;

struct World {
  TempDir temp;
  Endpoints endpoints = *endpoints_of(
      "shop", false, 1, [this](const std::string&) { return std::optional(temp.path()); });
  FakeDaemon daemon{endpoints};

  Subscriber subscribe(SubscriberOptions options) {
    auto subscriber = Subscriber::open(endpoints, "adam@box", std::move(options));
    REQUIRE(subscriber);
    return std::move(*subscriber);
  }
};

Delivery next_of(Subscriber& subscriber) {
  auto delivery = subscriber.next(30s);
  INFO((delivery ? "" : delivery.error().message));
  REQUIRE(delivery);
  REQUIRE(*delivery);
  return std::move(**delivery);
}

std::string shown(const Delivery& delivery) {
  switch (delivery.kind) {
    case Delivery::Kind::record:
      return line_of(delivery.payload);
    case Delivery::Kind::caught_up:
      return "(caught up)";
    case Delivery::Kind::lost:
      return fmt::format("(lost {}-{}{})", delivery.first, delivery.last,
                         delivery.came_late ? " late" : "");
    case Delivery::Kind::anew:
      return "(anew)";
  }
  return "";
}

Lines next_lines(Subscriber& subscriber, size_t count) {
  Lines lines;
  while (lines.size() < count) lines.push_back(shown(next_of(subscriber)));
  return lines;
}

}  // namespace

TEST_CASE("history, then the news that it is over, then what is said from now on") {
  World world;
  world.daemon.say("web.1", "one");
  world.daemon.say("worker.1", "two");
  Subscriber subscriber = world.subscribe({});
  CHECK(next_lines(subscriber, 3) == Lines{"one", "two", "(caught up)"});
  world.daemon.say("web.1", "three");
  CHECK(next_lines(subscriber, 1) == Lines{"three"});
}

TEST_CASE("a daemon of an older version sends what could have been read from the files") {
  World world;
  world.daemon.say("web.1", "one");
  SubscriberOptions options;
  options.files = [](auto&, auto&, uint64_t) -> std::unique_ptr<JournalReader> {
    FAIL("it was not told how far to read");
    return nullptr;
  };
  Subscriber subscriber = world.subscribe(std::move(options));
  CHECK(next_lines(subscriber, 2) == Lines{"one", "(caught up)"});
  world.daemon.say("web.1", "two");
  CHECK(next_lines(subscriber, 1) == Lines{"two"});
}

TEST_CASE("one that does not follow ends when history does") {
  World world;
  world.daemon.say("web.1", "one");
  Subscriber subscriber = world.subscribe({.start = {}, .follow = false});
  CHECK(next_lines(subscriber, 2) == Lines{"one", "(caught up)"});
  const auto end = subscriber.next(1h);
  REQUIRE(end);
  CHECK_FALSE(*end);
}

TEST_CASE("one resumes from any number, and history longer than all credit comes whole") {
  World world;
  Lines expected;
  for (int i = 1; i <= 300; ++i) {
    world.daemon.say("web.1", std::to_string(i));
    if (i >= 100) expected.push_back(std::to_string(i));
  }
  expected.push_back("(caught up)");
  Subscriber subscriber = world.subscribe({.start = {.from = 100}});
  CHECK(next_lines(subscriber, expected.size()) == expected);
}

TEST_CASE("what the bus lost is fetched, in order, before what came after it") {
  World world;
  Subscriber subscriber = world.subscribe({});
  CHECK(next_lines(subscriber, 1) == Lines{"(caught up)"});
  world.daemon.say("web.1", "one", Bus::loses);
  world.daemon.say("web.2", "two", Bus::loses);
  world.daemon.say("web.3", "three");
  world.daemon.say("web.1", "four");
  CHECK(next_lines(subscriber, 4) == Lines{"one", "two", "three", "four"});
}

TEST_CASE("a loss after which all is quiet is found all the same") {
  World world;
  Subscriber subscriber = world.subscribe({});
  CHECK(next_lines(subscriber, 1) == Lines{"(caught up)"});
  world.daemon.say("web.1", "one", Bus::loses);
  CHECK(next_lines(subscriber, 1) == Lines{"one"});
  world.daemon.say("web.1", "two", Bus::loses);
  CHECK(next_lines(subscriber, 1) == Lines{"two"});
}

TEST_CASE("one that filters sees the gaps in its own topics and only its own lines") {
  World world;
  Subscriber subscriber = world.subscribe({.start = {.topics = {"log/web."}}});
  CHECK(next_lines(subscriber, 1) == Lines{"(caught up)"});
  world.daemon.await_subscriptions(1);
  world.daemon.say("web.1", "one");
  world.daemon.say("worker.1", "not ours");
  world.daemon.say("web.1", "two", Bus::loses);
  world.daemon.say("web.1", "three");
  world.daemon.say("web.2", "four");
  CHECK(next_lines(subscriber, 4) == Lines{"one", "two", "three", "four"});
}

TEST_CASE("with a filter, what is repaired may come late but never twice") {
  World world;
  Subscriber subscriber = world.subscribe({.start = {.topics = {"log/web.1/", "log/web.2/"}}});
  CHECK(next_lines(subscriber, 1) == Lines{"(caught up)"});
  world.daemon.await_subscriptions(2);
  world.daemon.say("web.1", "first");
  CHECK(next_lines(subscriber, 1) == Lines{"first"});
  world.daemon.say("web.1", "lost", Bus::loses);
  world.daemon.say("web.2", "seen");
  world.daemon.say("web.1", "tells");
  CHECK(next_lines(subscriber, 3) == Lines{"seen", "lost", "tells"});
  world.daemon.say("web.2", "last");
  CHECK(next_lines(subscriber, 1) == Lines{"last"});
}

TEST_CASE("what cannot be had any more is reported with its numbers") {
  World world;
  for (const char* line : {"one", "two", "three"}) world.daemon.say("web.1", line);
  world.daemon.forget_up_to(2);
  Subscriber subscriber = world.subscribe({.start = {.from = 1}});
  CHECK(next_lines(subscriber, 3) == Lines{"(lost 1-2)", "three", "(caught up)"});
  world.daemon.say("web.1", "four", Bus::loses);
  world.daemon.forget_up_to(4);
  world.daemon.say("web.1", "five");
  CHECK(next_lines(subscriber, 2) == Lines{"(lost 4-4 late)", "five"});
}

TEST_CASE("a daemon that is replaced loses nothing and doubles nothing") {
  World world;
  world.daemon.say("web.1", "one");
  Subscriber subscriber = world.subscribe({});
  CHECK(next_lines(subscriber, 2) == Lines{"one", "(caught up)"});
  world.daemon.say("web.1", "two");
  CHECK(next_lines(subscriber, 1) == Lines{"two"});
  world.daemon.restart();
  world.daemon.say("web.1", "three");
  world.daemon.say("web.1", "four");
  CHECK(next_lines(subscriber, 2) == Lines{"three", "four"});
  world.daemon.say("web.1", "five");
  CHECK(next_lines(subscriber, 1) == Lines{"five"});
}

TEST_CASE("a replay that the daemon has forgotten is begun again where it was") {
  World world;
  Lines expected;
  for (int i = 1; i <= 200; ++i) {
    world.daemon.say("web.1", std::to_string(i));
    expected.push_back(std::to_string(i));
  }
  expected.push_back("(caught up)");
  Subscriber subscriber = world.subscribe({});
  Lines lines = next_lines(subscriber, 1);
  world.daemon.restart();
  for (auto& line : next_lines(subscriber, expected.size() - 1)) lines.push_back(line);
  CHECK(lines == expected);
}

TEST_CASE("a replay that was never heard is asked about, and begun again") {
  World world;
  world.daemon.say("web.1", "one");
  world.daemon.ignore_next_replay();
  Subscriber subscriber = world.subscribe({});
  CHECK(next_lines(subscriber, 2) == Lines{"one", "(caught up)"});
  CHECK(world.daemon.replays() >= 2);
}

TEST_CASE("numbers that begin anew are noticed, and everything of the new ones is delivered") {
  World world;
  for (const char* line : {"one", "two", "three"}) world.daemon.say("web.1", line);
  Subscriber subscriber = world.subscribe({});
  CHECK(next_lines(subscriber, 4) == Lines{"one", "two", "three", "(caught up)"});
  world.daemon.forget_everything();
  world.daemon.say("web.1", "anew");
  CHECK(next_lines(subscriber, 2) == Lines{"(anew)", "anew"});
  world.daemon.say("web.1", "on");
  CHECK(next_lines(subscriber, 1) == Lines{"on"});
}

TEST_CASE("when the daemon is gone for good, the subscriber says so") {
  World world;
  Subscriber subscriber = world.subscribe({});
  CHECK(next_lines(subscriber, 1) == Lines{"(caught up)"});
  world.daemon.release_lock();
  const auto delivery = subscriber.next(1h);
  REQUIRE_FALSE(delivery);
  CHECK(delivery.error().trouble == ClientTrouble::no_daemon);
}

TEST_CASE("waiting for nothing takes no longer than one is willing to wait") {
  World world;
  Subscriber subscriber = world.subscribe({});
  CHECK(next_lines(subscriber, 1) == Lines{"(caught up)"});
  const auto nothing = subscriber.next(1ms);
  REQUIRE(nothing);
  CHECK_FALSE(*nothing);
}

TEST_CASE("a flood that is larger than every queue arrives whole and in order") {
  World world;
  Subscriber subscriber = world.subscribe({});
  CHECK(next_lines(subscriber, 1) == Lines{"(caught up)"});
  constexpr int count = 2000;
  std::thread flood([&] {
    for (int i = 0; i < count; ++i)
      world.daemon.say("web.1", std::to_string(i), i % 7 == 0 ? Bus::loses : Bus::sends);
  });
  Lines expected;
  for (int i = 0; i < count; ++i) expected.push_back(std::to_string(i));
  const Lines lines = next_lines(subscriber, count);
  flood.join();
  CHECK(lines == expected);
}

}  // namespace muster
