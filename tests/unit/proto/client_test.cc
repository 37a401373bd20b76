// A client and a daemon that is there, is not, goes away, or talks nonsense.
#include "proto/client.h"

#include <poll.h>
#include <atomic>
#include <catch2/catch.hpp>

#include "tests/support/temp_dir.h"
#include "tests/unit/proto/fake_daemon.h"

namespace muster {
namespace {

Endpoints places(const TempDir& temp) {
  return *endpoints_of("shop", false, 1,
                       [&](const std::string&) { return std::optional(temp.path()); });
}

Client connected(const Endpoints& endpoints) {
  auto client = Client::connect(endpoints, "adam@box");
  REQUIRE(client);
  return std::move(*client);
}

std::vector<Reply> yes(const Request& request) {
  return {{.id = request.id, .body = DoneReply{{"web.1"}}}};
}

}  // namespace

TEST_CASE("without a daemon a client fails at once and says what to do") {
  const TempDir temp;
  const auto client = Client::connect(places(temp), "adam@box");
  REQUIRE_FALSE(client);
  CHECK(client.error().trouble == ClientTrouble::no_daemon);
  CHECK(client.error().message ==
        "no daemon runs for app 'shop'; start one in its directory with: musterd -d");
}

TEST_CASE("whether a daemon runs is known from its lock, and asking does not take it") {
  const TempDir temp;
  const Endpoints endpoints = places(temp);
  CHECK_FALSE(daemon_runs(endpoints));
  FakeDaemon daemon(endpoints);
  CHECK(daemon_runs(endpoints));
  CHECK(daemon_runs(endpoints));
  daemon.release_lock();
  CHECK_FALSE(daemon_runs(endpoints));
}

TEST_CASE("a question is answered, and the daemon knows who asked") {
  const TempDir temp;
  FakeDaemon daemon(places(temp), yes);
  Client client = connected(places(temp));
  const auto reply = client.ask(StopRequest{{"web"}}, 10s);
  REQUIRE(reply);
  CHECK(std::get<DoneReply>(reply->body).names == std::vector<std::string>{"web.1"});
  REQUIRE(daemon.requests().size() == 1);
  CHECK(daemon.requests()[0].by == "adam@box");
}

TEST_CASE("a daemon that does not answer in time is told from one that is not there") {
  const TempDir temp;
  FakeDaemon daemon(places(temp));
  Client client = connected(places(temp));
  const auto reply = client.ask(PsRequest{}, 20ms);
  REQUIRE_FALSE(reply);
  CHECK(reply.error().trouble == ClientTrouble::timeout);
}

TEST_CASE("a question whose daemon died with it is asked again, a wish is not") {
  const TempDir temp;
  std::atomic<size_t> asked = 0;
  FakeDaemon daemon(places(temp), [&](const Request& request) {
    return ++asked == 1 ? std::vector<Reply>{} : yes(request);
  });
  Client client = connected(places(temp));
  CHECK(client.ask(PsRequest{}, 10s));
  CHECK(asked == 2);
  asked = 0;
  CHECK_FALSE(client.ask(StopRequest{{"web"}}, 300ms));
  CHECK(asked == 1);
  asked = 0;
  CHECK_FALSE(client.ask(ScaleRequest{{"web=2"}}, 300ms));
  CHECK(asked == 1);
}

TEST_CASE("what may be said twice is said again to the next daemon, a restart is not") {
  const TempDir temp;
  std::atomic<size_t> wishes = 0;
  FakeDaemon daemon(places(temp), [&](const Request& request) -> std::vector<Reply> {
    return ++wishes == 1 ? std::vector<Reply>{} : yes(request);
  });
  Client client = connected(places(temp));
  const auto stopped = client.ask(StopRequest{{"web"}}, 60s);
  REQUIRE(stopped);
  CHECK(std::holds_alternative<DoneReply>(stopped->body));
  CHECK(wishes == 2);
  wishes = 0;
  CHECK(client.ask(ScaleRequest{{"web=2"}}, 60s));
  CHECK(wishes == 2);
  wishes = 0;
  CHECK_FALSE(client.ask(ScaleRequest{{"web+1"}}, 60s));
  CHECK(wishes == 1);
  wishes = 0;
  const auto restarted = client.ask(RestartRequest{{"web"}}, 60s);
  REQUIRE_FALSE(restarted);
  CHECK(restarted.error().message ==
        "the daemon of app 'shop' was replaced meanwhile, and goes on with what it had begun; look "
        "at: ctl ps, ctl releases");
  CHECK(wishes == 1);
}

TEST_CASE("an answer that comes too late is not taken for that of the next question") {
  const TempDir temp;
  std::vector<Reply> late;
  FakeDaemon daemon(places(temp), [&](const Request& request) -> std::vector<Reply> {
    late.push_back({.id = request.id, .body = DoneReply{{std::to_string(request.id)}}});
    return request.id == 1 ? std::vector<Reply>{} : late;
  });
  Client client = connected(places(temp));
  REQUIRE_FALSE(client.ask(PsRequest{}, 20ms));
  const auto reply = client.ask(PsRequest{}, 10s);
  REQUIRE(reply);
  CHECK(reply->id == 2);
}

TEST_CASE("a daemon that goes away is noticed long before the time is over") {
  const TempDir temp;
  FakeDaemon daemon(places(temp));
  Client client = connected(places(temp));
  daemon.release_lock();
  const MonoTime before = read_clocks().mono;
  const auto reply = client.ask(PsRequest{}, 1h);
  REQUIRE_FALSE(reply);
  CHECK(reply.error().trouble == ClientTrouble::no_daemon);
  CHECK(read_clocks().mono - before < 30s);
}

TEST_CASE("a daemon that comes back on the same address is asked as before") {
  const TempDir temp;
  FakeDaemon daemon(places(temp), yes);
  Client client = connected(places(temp));
  REQUIRE(client.ask(PsRequest{}, 10s));
  daemon.restart();
  // A message that was sent into the old daemon's socket may be lost with it; then one asks again.
  while (!client.ask(PsRequest{}, 500ms)) {
  }
}

TEST_CASE("an exchange has many replies, others may be asked meanwhile, alive says nothing") {
  const TempDir temp;
  FakeDaemon daemon(places(temp), [](const Request& request) -> std::vector<Reply> {
    if (!std::holds_alternative<RunRequest>(request.body)) return yes(request);
    return {{.id = request.id, .more = true, .body = RunStartedReply{"run.1"}},
            {.id = request.id, .more = true, .body = AliveReply{}},
            {.id = request.id, .body = RunExitedReply{3}}};
  });
  Client client = connected(places(temp));
  const auto run = client.begin(RunRequest{{"true"}});
  REQUIRE(run);
  REQUIRE(client.ask(PsRequest{}, 10s));
  const auto started = client.receive(10s);
  REQUIRE((started && *started));
  CHECK((*started)->id == *run);
  CHECK(std::holds_alternative<RunStartedReply>((*started)->body));
  const auto exited = client.receive(10s);
  REQUIRE((exited && *exited));
  CHECK(std::get<RunExitedReply>((*exited)->body).status == 3);
  const auto nothing = client.receive(0s);
  REQUIRE(nothing);
  CHECK_FALSE(*nothing);
}

TEST_CASE("the wake-up descriptor tells a program with a loop of its own when to look") {
  const TempDir temp;
  FakeDaemon daemon(places(temp), yes);
  Client client = connected(places(temp));
  REQUIRE(client.begin(PsRequest{}));
  for (;;) {
    const auto reply = client.receive(0s);
    REQUIRE(reply);
    if (*reply) break;
    pollfd wake{client.wake_fd(), POLLIN, 0};
    REQUIRE(poll(&wake, 1, 10'000) == 1);
  }
}

TEST_CASE("a request over the limit is refused here, where it can be explained") {
  const TempDir temp;
  FakeDaemon daemon(places(temp), yes);
  Client client = connected(places(temp));
  const auto reply = client.ask(PsRequest{{std::string(2 << 20, 'x')}}, 10s);
  REQUIRE_FALSE(reply);
  CHECK(reply.error().trouble == ClientTrouble::protocol);
  CHECK(client.ask(PsRequest{}, 10s));
}

TEST_CASE("a caller has a name and a host") { CHECK(caller_name().find('@') != std::string::npos); }

}  // namespace muster
