// Lines are dropped while the disk is full, where that was asked for: counted, told, and no process
// waits.
#include "tests/unit/router/router_fixture.h"

namespace muster {
namespace {

using State = Pumped::State;

struct DroppingFixture : RouterFixture {
  DroppingFixture() { options.when_full = journal::WhenFull::drop; }
};

TEST_CASE_METHOD(DroppingFixture, "lines for which there is no room are dropped, which is told") {
  auto web = start("web.1");
  auto worker = start("worker.1", 2, Stream::err);
  web.print("one\n");
  pump(web);
  disk.capacity = disk.used();
  web.print("two\nthree\nfo");
  CHECK(pump(web) == State::idle);
  worker.print("oops\n");
  CHECK(pump(worker) == State::idle);
  CHECK(router->alarms() == Told{"journal: write: No space left on device; trying again"});
  CHECK(published() == Told{"web.1 one"});

  disk.capacity = UINT64_MAX;
  pass(1s);
  web.print("ur\n");
  CHECK(pump(web) == State::idle);
  const Told after = {
      "web.1: 2 lines of stdout were dropped while the journal took nothing: bytes 5 "
      "to 14 of launch 1",
      "worker.1: 1 line of stderr was dropped while the journal took nothing: "
      "bytes 1 to 5 of launch 2",
      "web.1 four"};
  CHECK(published() == after);
  CHECK(router->alarms().empty());
  CHECK(replayed().size() == 4);
}

TEST_CASE_METHOD(DroppingFixture, "what was dropped is told when nothing more is printed") {
  auto web = start("web.1");
  disk.writes_fail = true;
  web.print("one\n");
  pump(web);
  disk.writes_fail = false;
  REQUIRE(router->next_partial_deadline());
  now.mono = *router->next_partial_deadline();
  router->show_partial_lines(now);
  CHECK(published().size() == 1);
  CHECK(!router->next_partial_deadline());
}

TEST_CASE_METHOD(DroppingFixture, "a full disk for a long time is told of once") {
  auto web = start("web.1");
  disk.writes_fail = true;
  for (int i = 0; i < 100; i++) {
    web.print("line\n");
    CHECK(pump(web) == State::idle);
    pass(1s);
  }
  disk.writes_fail = false;
  web.print("last\n");
  pump(web);
  CHECK(published() ==
        Told{"web.1: 100 lines of stdout were dropped while the journal took nothing: "
             "bytes 1 to 500 of launch 1",
             "web.1 last"});
}

TEST_CASE_METHOD(DroppingFixture, "what a killed daemon had dropped is told by the next one") {
  auto web = start("web.1");
  UniqueFd in(::dup(router->pipe_of(web.stream)));
  web.print("one\n");
  pump(web);
  disk.writes_fail = true;
  std::string lines;
  while (lines.size() < 4096) lines += "a line of which nobody will ever hear\n";
  for (size_t printed = 0; printed < 4 * limits::window; printed += lines.size()) {
    web.print(lines);
    CHECK(pump(web) == State::idle);
  }
  disk.writes_fail = false;
  published();
  recover();
  REQUIRE(router->resume_stream(web.stream, UniqueFd(::dup(in.get()))));
  router->end_recovery(now);
  auto told = published();
  CHECK(std::any_of(told.begin(), told.end(), [](auto& text) {
    return text.starts_with(
        "web.1: Lines of stdout were dropped while the journal took nothing: bytes 5 to ");
  }));
}

}  // namespace
}  // namespace muster
