// The router's stories: what becomes of what children print.
#include "router/router.h"

#include "tests/unit/router/router_fixture.h"

namespace muster {
namespace {

using State = Pumped::State;

TEST_CASE_METHOD(RouterFixture, "a chunk of lines becomes one record, with its numbers") {
  auto web = start("web.1", 7);
  web.print("one\ntwo\n");
  CHECK(pump(web) == State::idle);
  REQUIRE(bus.records.size() == 1);
  CHECK(bus.records[0].first == "log/web.1/");
  auto record = std::get<LogRecord>(*decode_record(bus.records[0].second));
  CHECK(record.numbers.seq == 1);
  CHECK(record.numbers.prev == 0);
  CHECK(record.numbers.line == 0);
  CHECK(record.launch == 7);
  CHECK(record.end == 8);
  CHECK(record.time == now.wall);
  CHECK(record.lines == std::vector<std::string_view>{"one", "two"});

  web.print("three\n");
  pump(web);
  record = std::get<LogRecord>(*decode_record(bus.records[1].second));
  CHECK(record.numbers.seq == 2);
  CHECK(record.numbers.prev == 1);
  CHECK(record.numbers.line == 2);
  CHECK(record.end == 14);
}

TEST_CASE_METHOD(RouterFixture, "what is published can be replayed, and is the same") {
  auto web = start("web.1");
  auto err = start("web.1", 1, Stream::err);
  web.print("a\n");
  pump(web);
  err.print("b\n");
  pump(err);
  router->publish(event("Scale to web=1"), now);
  CHECK(published() == Told{"web.1 a", "web.1! b", "api: Scale to web=1"});
  CHECK(replayed() == Told{"web.1 a", "web.1! b", "api: Scale to web=1"});
}

TEST_CASE_METHOD(RouterFixture, "what a terminal adds to its lines is seen, but no part of them") {
  auto web = start("web.1");
  std::string seen;
  router->comes_from_terminal(web.stream, [&](std::string_view bytes) { seen += bytes; });
  web.print("one\r\ntwo\r\r\nthr\ree");
  pump(web);
  CHECK(seen == "one\r\ntwo\r\r\nthr\ree");
  web.print("\r\n");
  pump(web);
  CHECK(seen.ends_with("thr\ree\r\n"));
  CHECK(published() == Told{"web.1 one|two\r", "web.1 thr\ree"});
}

TEST_CASE_METHOD(RouterFixture, "half a line waits for its end and holds up nobody") {
  auto web = start("web.1");
  auto worker = start("worker.1");
  web.print("ha");
  CHECK(pump(web) == State::idle);
  worker.print("whole\n");
  pump(worker);
  web.print("lf\n");
  pump(web);
  CHECK(published() == Told{"worker.1 whole", "web.1 half"});
}

TEST_CASE_METHOD(RouterFixture, "a line that stays unfinished for a second is shown as it is") {
  auto web = start("web.1");
  CHECK_FALSE(router->next_partial_deadline());
  web.print("login: ");
  pump(web);
  CHECK(router->next_partial_deadline() == now.mono + limits::partial_after);
  pass(900ms);
  router->show_partial_lines(now);
  CHECK(published().empty());
  pass(100ms);
  router->show_partial_lines(now);
  CHECK(published() == Told{"web.1 login:  (partial)"});
  CHECK_FALSE(router->next_partial_deadline());
  web.print("adam\n");
  pump(web);
  CHECK(published() == Told{"web.1 +adam"});
}

TEST_CASE_METHOD(RouterFixture, "unfinished lines are shown in the order in which they began") {
  auto one = start("web.1"), two = start("web.2");
  one.print("1");
  pump(one);
  pass(500ms);
  two.print("2");
  pump(two);
  one.print("more");
  pump(one);
  pass(500ms);
  router->show_partial_lines(now);
  CHECK(published() == Told{"web.1 1more (partial)"});
  CHECK(router->next_partial_deadline() == now.mono + 500ms);
  two.print("\n");
  pump(two);
  CHECK_FALSE(router->next_partial_deadline());
}

TEST_CASE_METHOD(RouterFixture, "a long line comes in pieces that say so") {
  auto web = start("web.1");
  std::string line(limits::line_piece + 5, 'x');
  web.print("a\n" + line + "\nb\n");
  pump(web);
  auto all = published();
  REQUIRE(all.size() == 2);
  CHECK(all[0] == "web.1 a|" + std::string(limits::line_piece, 'x') + " (split)");
  CHECK(all[1] == "web.1 +xxxxx|b");
}

TEST_CASE_METHOD(RouterFixture, "a stream that ends without a newline says that too") {
  auto web = start("web.1");
  web.print("one\nlast words");
  web.out.reset();
  CHECK(pump(web) == State::ended);
  CHECK(published() == Told{"web.1 one", "web.1 last words (eof)"});
  router->close_stream(web.stream, now);
  CHECK(published().empty());
}

TEST_CASE_METHOD(RouterFixture, "closing a stream publishes what was left of a line") {
  auto web = start("web.1");
  web.print("half");
  pump(web);
  router->close_stream(web.stream, now);
  CHECK(published() == Told{"web.1 half (eof)"});
  CHECK_FALSE(router->next_partial_deadline());
}

TEST_CASE_METHOD(RouterFixture, "a quantum is kept, so that a flood can take turns") {
  auto web = start("web.1");
  std::string flood;
  while (flood.size() < 900'000) flood += std::string(99, 'x') + "\n";
  web.print(flood);
  auto pumped = router->pump(web.stream, 64 << 10, now);
  CHECK(pumped.state == State::more);
  CHECK(pumped.bytes == 64 << 10);
  CHECK(pump(web) == State::idle);
}

TEST_CASE_METHOD(RouterFixture, "a closed stream's window is used again, from zero") {
  for (int i = 0; i < 10; i++) {
    auto web = start("web.1", uint64_t(i + 1));
    CHECK(web.stream == 0);
    web.print("line\n");
    pump(web);
    auto record = std::get<LogRecord>(*decode_record(bus.records.back().second));
    CHECK(record.end == 5);
    router->close_stream(web.stream, now);
  }
}

TEST_CASE_METHOD(RouterFixture, "a full disk leaves bytes in the pipe, says so, and goes on") {
  auto web = start("web.1");
  web.print("one\n");
  pump(web);
  disk.capacity = disk.used();
  web.print("two\n");
  CHECK(pump(web) == State::blocked);
  CHECK(router->alarms() == Told{"journal: write: No space left on device; trying again"});
  CHECK(router->next_partial_deadline() > now.mono);
  web.print("three\n");
  CHECK(pump(web) == State::blocked);
  CHECK(published() == Told{"web.1 one"});

  disk.capacity = UINT64_MAX;
  pass(1s);
  CHECK(pump(web) == State::idle);
  CHECK(published() == Told{"web.1 two", "web.1 three"});
  CHECK(router->alarms().empty());
  CHECK(replayed() == Told{"web.1 one", "web.1 two", "web.1 three"});
}

TEST_CASE_METHOD(RouterFixture,
                 "events that come while the disk is full are written later, in order") {
  auto web = start("web.1");
  disk.writes_fail = true;
  CHECK(router->publish(event("first"), now) == 1);
  CHECK(router->publish(event("second"), now) == 2);
  web.print("line\n");
  CHECK(pump(web) == State::blocked);
  disk.writes_fail = false;
  pass(1s);
  router->show_partial_lines(now);
  CHECK(published() == Told{"api: first", "api: second"});
  CHECK(pump(web) == State::idle);
  CHECK(replayed() == Told{"api: first", "api: second", "web.1 line"});
}

TEST_CASE_METHOD(RouterFixture, "events beyond any measure are lost, and it is said how many") {
  open();
  disk.writes_fail = true;
  uint64_t last = 0;
  while (uint64_t seq = router->publish(event("x"), now)) last = seq;
  router->publish(event("x"), now);
  disk.writes_fail = false;
  pass(1s);
  router->show_partial_lines(now);
  auto all = published();
  CHECK(all.size() == last + 1);
  CHECK(all.back() == "router: 2 events were lost while the journal took nothing");
}

TEST_CASE_METHOD(RouterFixture, "a stream that is closed while the disk is full loses nothing") {
  auto web = start("web.1");
  web.print("line\nhalf");
  disk.writes_fail = true;
  CHECK(pump(web) == State::blocked);
  router->close_stream(web.stream, now);
  auto other = start("web.2");
  CHECK(other.stream != web.stream);
  disk.writes_fail = false;
  pass(1s);
  CHECK(router->next_partial_deadline() <= now.mono);
  router->show_partial_lines(now);
  CHECK(published() == Told{"web.1 line", "web.1 half (eof)"});
  CHECK_FALSE(router->next_partial_deadline());
}

TEST_CASE_METHOD(RouterFixture, "numbers go on after the router was killed") {
  auto web = start("web.1");
  web.print("one\n");
  pump(web);
  open();
  CHECK(router->head().seq == 1);
  CHECK(router->head().lines == 1);
  CHECK(router->publish(event("back"), now) == 2);
  CHECK(replayed() == Told{"web.1 one", "api: back"});
}

TEST_CASE_METHOD(RouterFixture, "what was read but not journaled when it was killed is not lost") {
  auto web = start("web.1");
  web.print("one\nprompt: ");
  pump(web);
  pass(1s);
  router->show_partial_lines(now);
  web.print("answer\nrest\nhalf");
  disk.writes_fail = true;
  CHECK(pump(web) == State::blocked);
  disk.writes_fail = false;
  open();
  CHECK(published() ==
        Told{"web.1 one", "web.1 prompt:  (partial)", "web.1 +answer|rest", "web.1 half (eof)"});
  CHECK(replayed().size() == 4);
}

TEST_CASE_METHOD(RouterFixture, "the head tells how much there is and since when") {
  open();
  CHECK(router->head().seq == 0);
  CHECK_FALSE(router->head().oldest_time);
  WallTime first = now.wall;
  router->publish(event("a"), now);
  pass(1min);
  router->publish(event("b"), now);
  auto head = router->head();
  CHECK(head.seq == 2);
  CHECK(head.lines == 2);
  CHECK(head.oldest_seq == 1);
  CHECK(head.oldest_time == first);
  CHECK(head.newest_time == now.wall);
  CHECK(head.journal_bytes == disk.used());
}

}  // namespace
}  // namespace muster
