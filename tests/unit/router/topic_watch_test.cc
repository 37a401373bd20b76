// Readers that wait, and the records that wake them.
#include "router/topic_watch.h"

#include <catch2/catch.hpp>

#include "proto/codec.h"

namespace muster {
namespace {

struct WatchFixture {
  TopicWatch watch;
  std::vector<std::string> woken;
  uint64_t seq = 0;

  std::unique_ptr<TopicWatch::Waiter> waiter(const std::string& name,
                                             std::vector<std::string> topics) {
    auto made = std::make_unique<TopicWatch::Waiter>(watch, std::move(topics),
                                                     [this, name] { woken.push_back(name); });
    made->wait();
    return made;
  }
  void publish(std::string_view topic) {
    EventRecord event;
    event.process = "api";
    event.numbers = {++seq, 0, 10 * seq};
    std::vector<char> bytes;
    encode(event, bytes);
    watch.see(topic, {bytes.data(), bytes.size()});
  }
};

}  // namespace

TEST_CASE_METHOD(WatchFixture, "who waits for a topic is woken by its first record, once") {
  auto web = waiter("web", {"log/web.1/"});
  publish("log/worker.1/");
  CHECK(woken.empty());
  publish("log/web.1/");
  publish("log/web.1/");
  CHECK(woken == std::vector<std::string>{"web"});
  REQUIRE(web->news());
  CHECK(web->news()->seq == 2);
  CHECK(web->news()->line == 20);
  web->wait();
  CHECK(!web->news());
  publish("log/web.1/");
  CHECK(woken.size() == 2);
}

TEST_CASE_METHOD(WatchFixture, "a prefix of any length counts, and none means everything") {
  auto all = waiter("all", {});
  auto logs = waiter("logs", {"log/"});
  auto type = waiter("type", {"state/", "log/web."});
  auto other = waiter("other", {"log/web.10/", "log/web.1/and more"});
  publish("log/web.1/");
  CHECK(woken == std::vector<std::string>{"all", "logs", "type"});
  CHECK(!other->news());
}

TEST_CASE_METHOD(WatchFixture, "a topic that is named twice, or within another, wakes once") {
  auto twice = waiter("twice", {"log/", "log/web.1/", "log/"});
  publish("log/web.1/");
  CHECK(woken.size() == 1);
  twice->wait();
  publish("log/web.1/");
  CHECK(woken.size() == 2);
}

TEST_CASE_METHOD(WatchFixture, "who has gone is not woken, and leaves nothing to others") {
  auto first = waiter("first", {"log/"});
  auto second = waiter("second", {"log/"});
  first.reset();
  publish("log/web.1/");
  CHECK(woken == std::vector<std::string>{"second"});
  second.reset();
  publish("log/web.1/");
  CHECK(woken.size() == 1);
}

TEST_CASE_METHOD(WatchFixture, "a record whose numbers cannot be read wakes nobody") {
  auto all = waiter("all", {});
  watch.see("log/web.1/", "rubbish");
  CHECK(woken.empty());
  publish("log/web.1/");
  CHECK(woken.size() == 1);
}

}  // namespace muster
