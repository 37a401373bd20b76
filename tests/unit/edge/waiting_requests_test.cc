// Requests that wait for a look at the app's files: in order for each client, in turn for all.
#include "daemon/edge/watch/waiting_requests.h"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace muster;

namespace {

constexpr bool looks = true, needs_none = false;

struct Requests {
  WaitingRequests waiting;

  void ask(const ClientId& client, uint64_t id, bool wants_a_look, RequestBody body = PsRequest{}) {
    Request request;
    request.id = id;
    request.body = std::move(body);
    waiting.add(client, {Requested{client, std::move(request)}, wants_a_look, 10});
  }
};

// A name is "a1", or "a gone".
std::vector<std::string> named(const std::vector<WaitingRequests::Entry>& entries) {
  std::vector<std::string> names;
  for (auto& entry : entries) {
    if (auto* lost = std::get_if<ClientLost>(&entry.event))
      names.push_back(lost->client + " gone");
    else
      names.push_back(std::get<Requested>(entry.event).client +
                      std::to_string(std::get<Requested>(entry.event).request.id));
  }
  std::sort(names.begin(), names.end());
  return names;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a client that asks much at once has others wait for one of its requests") {
  Requests requests;
  for (uint64_t id = 1; id <= 300; id++) requests.ask("a", id, looks);
  requests.ask("b", 1, looks);
  CHECK(named(requests.waiting.take_turn()) == Names{"a1", "b1"});
  CHECK(named(requests.waiting.take_turn()) == Names{"a2"});
  CHECK(requests.waiting.has("a"));
  CHECK_FALSE(requests.waiting.has("b"));
  CHECK(requests.waiting.take_all().size() == 298);
  CHECK(requests.waiting.empty());
}

TEST_CASE("a request for which no look is wanted goes with the one that it waits for") {
  Requests requests;
  requests.ask("a", 1, looks);
  requests.ask("a", 2, needs_none);
  requests.ask("a", 3, needs_none);
  requests.ask("a", 4, looks);
  CHECK(named(requests.waiting.take_turn()) == Names{"a1", "a2", "a3"});
  CHECK(named(requests.waiting.take_turn()) == Names{"a4"});
}

TEST_CASE("a client that has gone has its changes made, and no question answered") {
  Requests requests;
  requests.ask("a", 1, looks);
  requests.ask("a", 2, looks, ScaleRequest{{"web=2"}});
  requests.ask("a", 3, looks);
  requests.waiting.end("a");
  CHECK(named(requests.waiting.take_all()) == Names{"a gone", "a2"});
  requests.waiting.end("a");  // it waits no more
  CHECK(requests.waiting.empty());
}

TEST_CASE("a client that comes back by the same name waits behind what it left") {
  Requests requests;
  requests.ask("a", 1, looks, ScaleRequest{{"web=2"}});
  requests.waiting.end("a");
  requests.ask("a", 2, looks);
  const auto first = requests.waiting.take_turn();
  CHECK(named(first) == Names{"a gone", "a1"});
  for (auto& entry : first) CHECK(entry.bytes == 0);
  CHECK(requests.waiting.take_turn().front().bytes == 10);
}
