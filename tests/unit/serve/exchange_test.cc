// The rules for what is held for a client: how much may be sent, when it ends, and which one gives
// way.
#include "serve/exchange.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>

#include "proto/limits.h"
#include "serve/bytes_under_way.h"

namespace muster {
namespace {

struct ExchangeDesk {
  std::vector<Reply> replies;
  bool client_is_there = true;
  ptrdiff_t held = 0;
  Outlet outlet{[this](const ClientId&, const Reply& reply) {
                  replies.push_back(reply);
                  return client_is_there;
                },
                [this](const ClientId&, ptrdiff_t bytes) { held += bytes; }};
  std::vector<std::unique_ptr<Exchange>> exchanges;

  Exchange& begin(const ClientId& client, uint32_t credit = 1) {
    exchanges.push_back(std::make_unique<Exchange>(outlet, client, exchanges.size(), credit));
    return *exchanges.back();
  }
  tl::expected<Exchange*, std::string> place_for(const ClientId& client, MonoTime now) const {
    std::vector<Exchange*> there;
    for (auto& exchange : exchanges) there.push_back(exchange.get());
    return find_place({"talks", 4, 3}, client, there, now);
  }
};

TEST_CASE("an exchange sends as much as was granted, and more is cut to the limit") {
  ExchangeDesk desk;
  Exchange& exchange = desk.begin("a", 2);
  for (int i = 0; i < 2; i++) {
    REQUIRE(exchange.may_send());
    CHECK_FALSE(exchange.waits_since());
    exchange.more(RunOutputReply{});
  }
  CHECK_FALSE(exchange.may_send());
  CHECK(exchange.waits_since());
  for (int i = 0; i < 2; i++) exchange.grant(UINT32_MAX);
  CHECK_FALSE(exchange.waits_since());
  uint32_t sent = 0;
  for (; exchange.may_send(); sent++) exchange.more(RunOutputReply{});
  CHECK(sent == limits::credit_messages);
  CHECK(desk.replies.back().more);
}

TEST_CASE("it ends once: by its last reply, with its client, or when that cannot be reached") {
  ExchangeDesk desk;
  Exchange& ended = desk.begin("a");
  ended.end(RunExitedReply{3});
  CHECK_FALSE(desk.replies.back().more);
  ended.end(RunExitedReply{4});
  ended.aside(RunStartedReply{});
  CHECK(desk.replies.size() == 1);
  Exchange& forgotten = desk.begin("a");
  forgotten.forget();
  CHECK_FALSE(forgotten.may_send());
  Exchange& lost = desk.begin("a");
  desk.client_is_there = false;
  lost.more(RunOutputReply{});
  CHECK(lost.is_over());
  CHECK(desk.replies.size() == 2);
}

TEST_CASE("what is kept for it is counted, and not any more when it has ended") {
  ExchangeDesk desk;
  Exchange& exchange = desk.begin("a");
  exchange.hold(100);
  exchange.hold(40);
  CHECK(desk.held == 40);
  exchange.forget();
  CHECK(desk.held == 0);
  desk.begin("b").hold(7);
  desk.exchanges.clear();
  CHECK(desk.held == 0);
}

TEST_CASE("inputs are granted again as many as came") {
  ExchangeDesk desk;
  Exchange& exchange = desk.begin("a");
  exchange.grant_inputs();
  CHECK(desk.replies.empty());
  exchange.count_input();
  exchange.count_input();
  exchange.grant_inputs();
  exchange.grant_inputs();
  REQUIRE(desk.replies.size() == 1);
  CHECK(std::get<RunInputReply>(desk.replies[0].body).messages == 2);
}

TEST_CASE("who has had no credit for long gives way, but nobody who has some") {
  ExchangeDesk desk;
  const MonoTime now = read_clocks().mono;
  for (auto* client : {"a", "a", "b"}) desk.begin(client);
  CHECK(desk.place_for("c", now) == nullptr);
  Exchange& stands_still = desk.begin("b", 0);
  CHECK_FALSE(desk.place_for("c", now));
  CHECK(desk.place_for("c", now + exchange_patience + 1s) == &stands_still);
  stands_still.grant(1);
  const auto none = desk.place_for("c", now + 1h);
  REQUIRE_FALSE(none);
  CHECK(none.error() == "4 talks are under way, which is the limit; try again later");
}

TEST_CASE("one client may not have them all") {
  ExchangeDesk desk;
  for (int i = 0; i < 3; i++) desk.begin("a", 0);
  const auto refused = desk.place_for("a", read_clocks().mono + 1h);
  REQUIRE_FALSE(refused);
  CHECK(refused.error() == "3 talks at once are the most that a client may have");
  CHECK(desk.place_for("b", read_clocks().mono) == nullptr);
}

struct FakeDebtors : BytesUnderWay::Debtors {
  explicit FakeDebtors(BytesUnderWay& account) : all(account.all()) { account.add(*this); }
  Tally& begin(size_t bytes) {
    owing.push_back(std::make_unique<Tally>(all));
    owing.back()->add(bytes);
    return *owing.back();
  }
  // Those that are dropped are at the end.
  Tally* most() const {
    Tally* most = nullptr;
    for (size_t i = 0; i + dropped < owing.size(); i++)
      if (!most || owing[i]->bytes() > most->bytes()) most = owing[i].get();
    return most;
  }
  size_t owed() const override {
    size_t sum = 0;
    for (size_t i = 0; i + dropped < owing.size(); i++) sum += owing[i]->bytes();
    return sum;
  }
  size_t most_owed() const override { return most() ? most()->bytes() : 0; }
  void drop_most() override {
    Tally* dropping = most();
    std::stable_partition(owing.begin(), owing.end(),
                          [&](auto& one) { return one.get() != dropping; });
    dropped++;
  }
  std::shared_ptr<Tally> all;
  std::vector<std::unique_ptr<Tally>> owing;
  size_t dropped = 0;
};

TEST_CASE("beyond what all may owe those are dropped who owe most, of whichever socket") {
  BytesUnderWay account;
  FakeDebtors clients(account), subscribers(account);
  constexpr size_t mib = 1 << 20;
  clients.begin(10 * mib);
  clients.begin(2 * mib);
  subscribers.begin(50 * mib);
  account.settle();
  CHECK(account.dropped() == 0);
  clients.begin(15 * mib);
  account.settle();
  CHECK(subscribers.dropped == 1);
  CHECK(clients.dropped == 0);
  clients.begin(50 * mib);
  account.settle();
  CHECK(clients.dropped == 1);
  CHECK(clients.owed() == 27 * mib);
  clients.owing.clear();
  subscribers.owing.clear();
  CHECK(account.all()->bytes() == 0);
}

}  // namespace
}  // namespace muster
