// A router that was killed, and the next one that goes on with its streams: their bytes, their
// lines' numbers and what their last record left open.
#include "tests/unit/router/router_fixture.h"

namespace muster {
namespace {

using State = Pumped::State;

struct RecoveryFixture : RouterFixture {
  // A child whose pipe's read end somebody keeps.
  struct Kept : Child {
    UniqueFd in;
  };
  Kept launch(const std::string& process, uint64_t launch, Stream stream = Stream::out) {
    auto child = start(process, launch, stream);
    UniqueFd in(::dup(router->pipe_of(child.stream)));
    return {std::move(child), std::move(in)};
  }
  void resume(Kept& child) {
    REQUIRE(router->resume_stream(child.stream, UniqueFd(::dup(child.in.get()))));
    pump(child);
  }
  LogRecord last() const { return std::get<LogRecord>(*decode_record(bus.records.back().second)); }
};

TEST_CASE_METHOD(RecoveryFixture, "the streams of a killed router are found, with their owners") {
  auto web = launch("web.1", 7);
  auto err = launch("web.1", 7, Stream::err);
  auto worker = launch("worker.1", 8);
  router->close_stream(err.stream, now);
  recover();
  auto found = router->recovered();
  REQUIRE(found.size() == 2);
  CHECK(found[0].id == web.stream);
  CHECK(found[0].process == "web.1");
  CHECK(found[0].launch == 7);
  CHECK(found[0].stream == Stream::out);
  CHECK(found[1].launch == 8);
  resume(web);
  CHECK(router->recovered().size() == 1);
  router->close_stream(worker.stream, now);
  CHECK(router->recovered().empty());
}

TEST_CASE_METHOD(RecoveryFixture, "a resumed stream goes on where it was: line, numbers and end") {
  auto web = launch("web.1", 7);
  web.print("one\nha");
  pump(web);
  recover();
  web.print("lf\nthree\n");
  resume(web);
  CHECK(published() == Told{"web.1 one", "web.1 half|three"});
  CHECK(last().numbers.seq == 2);
  CHECK(last().numbers.prev == 1);
  CHECK(last().numbers.line == 1);
  CHECK(last().end == 15);
}

TEST_CASE_METHOD(RecoveryFixture, "whole lines in a window are journaled although nothing comes") {
  auto web = launch("web.1", 7);
  disk.writes_fail = true;
  web.print("one\ntwo\nhalf");
  CHECK(pump(web) == State::blocked);
  disk.writes_fail = false;
  recover();
  CHECK(published().empty());
  resume(web);
  CHECK(published() == Told{"web.1 one|two"});
  CHECK(router->next_partial_deadline() == now.mono + limits::partial_after);
}

TEST_CASE_METHOD(RecoveryFixture, "a line that was shown in part goes on after a kill") {
  auto web = launch("web.1", 7);
  web.print("login: ");
  pump(web);
  pass(1s);
  router->show_partial_lines(now);
  recover();
  web.print("adam\n");
  resume(web);
  CHECK(published() == Told{"web.1 login:  (partial)", "web.1 +adam"});
}

TEST_CASE_METHOD(RecoveryFixture, "a stream whose owner is gone is closed with its half line") {
  auto web = launch("web.1", 7);
  web.print("half");
  pump(web);
  recover();
  router->end_recovery(now);
  CHECK(published() == Told{"web.1 half (eof)"});
  recover();
  CHECK(router->recovered().empty());
}

TEST_CASE_METHOD(RecoveryFixture, "a stream that ended and was not closed has nothing left") {
  auto web = launch("web.1", 7);
  web.print("half");
  web.out.reset();
  CHECK(pump(web) == State::ended);
  recover();
  resume(web);
  CHECK(pump(web) == State::ended);
  CHECK(published() == Told{"web.1 half (eof)"});
}

TEST_CASE_METHOD(RecoveryFixture, "a router killed fifty times while it recovers doubles nothing") {
  auto web = launch("web.1", 7);
  auto worker = launch("worker.1", 8);
  web.print("one\nhalf");
  pump(web);
  for (int i = 0; i < 50; i++) {
    recover();
    if (i % 3 == 0) resume(worker);
    if (i % 2 == 0) resume(web);
  }
  recover();
  resume(web);
  web.print(" line\n");
  pump(web);
  CHECK(replayed() == Told{"web.1 one", "web.1 half line"});
}

TEST_CASE_METHOD(RecoveryFixture, "an adopted stream goes on in the slot it has, beside new ones") {
  auto web = launch("web.1", 7);
  auto worker = launch("worker.1", 8);
  router->close_stream(web.stream, now);
  recover();
  auto fresh = launch("web.2", 9);
  CHECK(fresh.stream == web.stream);
  resume(worker);
  fresh.print("new\n");
  worker.print("old\n");
  pump(fresh);
  pump(worker);
  CHECK(published() == Told{"web.2 new", "worker.1 old"});
}

// Its window still holds what the journal has had: the half line is longer than what came before
// it, and is not moved.
TEST_CASE_METHOD(RecoveryFixture,
                 "a stream that was silent until all its records were deleted is not doubled") {
  auto quiet = launch("web.1", 7);
  quiet.print("a\nlonger than what came before");
  pump(quiet);
  auto busy = launch("worker.1", 8);
  for (int day = 0; day < 12; day++) {
    pass(24h + 1s);
    busy.print("tick\n");
    pump(busy);
  }
  CHECK(router->head().oldest_seq > 1);
  recover();
  resume(quiet);
  quiet.print("\n");
  pump(quiet);
  CHECK(last().process == "web.1");
  CHECK(last().lines == std::vector<std::string_view>{"longer than what came before"});
  CHECK(last().numbers.prev == 1);
  CHECK(last().end == 31);
}

TEST_CASE_METHOD(RecoveryFixture, "a stream whose window was lost goes on at its end") {
  auto web = launch("web.1", 7);
  web.print("one\n");
  pump(web);
  windows.reset();
  recover();
  CHECK(router->recovered().empty());
  auto id = router->open_stream("web.1", 7, Stream::out, UniqueFd(::dup(web.in.get())));
  REQUIRE(id);
  CHECK(*id == web.stream);
  router->end_recovery(now);
  web.print("two\nth");
  pump(web);
  CHECK(last().end == 8);
  recover();
  web.print("ree\n");
  resume(web);
  CHECK(published() == Told{"web.1 one", "web.1 two", "web.1 three"});
  CHECK(last().end == 14);
}

TEST_CASE_METHOD(RecoveryFixture, "the journal forgets streams that ended in a life before") {
  for (uint64_t launched = 1; launched <= 100; launched++) {
    auto web = launch("web.1", launched);
    web.print("line\n");
    pump(web);
    router->close_stream(web.stream, now);
  }
  open();
  uint64_t before = disk.used();
  pass(24h + 1s);
  router->publish(event("a new segment, with a checkpoint"), now);
  CHECK(disk.used() - before < 500);
}

}  // namespace
}  // namespace muster
