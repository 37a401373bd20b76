// The decisions of a drain: when a batch closes, what an answer means, what a crash repeats.
#include "drain/core/core.h"

#include <catch2/catch.hpp>

#include "tests/unit/drain/drain_records.h"

using namespace muster;
using namespace muster::drain;

namespace {

constexpr auto accepted = Answer::Kind::accepted, later = Answer::Kind::later,
               unwelcome = Answer::Kind::unwelcome, refused = Answer::Kind::refused;

// A drain whose clock the test moves.
struct Story {
  explicit Story(Policy policy = {}, Cursor cursor = {})
      : core(std::move(policy), std::move(cursor), [] { return 0.5; }) {
    core.journal("5eed0001");
  }
  void print(uint64_t seq, const std::vector<std::string>& lines,
             std::string_view process = "web.1") {
    core.record(log_of(seq, lines, process), now);
    core.passed(seq, now);
    take();
  }
  void pass(Nanos time) {
    now.mono += time;
    core.tick(now);
    take();
  }
  void answer(Answer::Kind kind, std::optional<Nanos> retry_after = {}) {
    core.answer({kind, "no", retry_after}, now);
    take();
  }
  void take() {
    for (auto& action : core.take_actions()) {
      if (const auto* write = std::get_if<WriteCursor>(&action)) cursors.push_back(write->cursor);
      if (const auto* reject = std::get_if<Reject>(&action)) rejected.push_back(reject->line.text);
      if (const auto* send = std::get_if<Send>(&action)) {
        ids.push_back(send->id);
        std::vector<std::string> texts;
        for (size_t i = send->begin; i < send->end; i++)
          texts.push_back(send->batch->lines[i].text);
        sent.push_back(texts);
      }
    }
  }

  Core core;
  Now now{};
  std::vector<Cursor> cursors;
  std::vector<std::string> ids, rejected;
  std::vector<std::vector<std::string>> sent;
};

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE(
    "a batch closes a second after its first line, and its bounds are kept before it leaves") {
  Story story;
  story.print(1, {"a", "b"});
  story.pass(999ms);
  CHECK(story.sent.empty());
  story.pass(1ms);
  REQUIRE(story.sent == std::vector<Texts>{{"a", "b"}});
  CHECK(story.cursors == std::vector<Cursor>{{"5eed0001", 0, 1}});
  story.answer(accepted);
  CHECK(story.cursors.back() == Cursor{"5eed0001", 1, 0});
}

TEST_CASE("a batch closes when it is full, and the next one waits for the answer") {
  Story story(Policy{.batch_lines = 2});
  story.print(1, {"a", "b"});
  story.print(2, {"c"});
  CHECK(story.sent == std::vector<Texts>{{"a", "b"}});
  story.pass(1s);
  CHECK(story.sent.size() == 1);
  story.answer(accepted);
  CHECK(story.sent.back() == Texts{"c"});
  CHECK(story.cursors.back() == Cursor{"5eed0001", 1, 2});
}

TEST_CASE("a batch that was in flight is sent again with its id and its bounds") {
  Story before(Policy{.batch_lines = 3});
  for (uint64_t seq = 1; seq <= 4; seq++) before.print(seq, {std::to_string(seq)});
  REQUIRE(before.sent == std::vector<Texts>{{"1", "2", "3"}});
  Story after(Policy{.batch_lines = 2}, before.cursors.back());
  for (uint64_t seq = 1; seq <= 4; seq++) after.print(seq, {std::to_string(seq)});
  // It was cut to what is taken at once by now, but ends where it ended.
  CHECK(after.cursors[0] == before.cursors[0]);
  Story same(Policy{.batch_lines = 3}, before.cursors.back());
  for (uint64_t seq = 1; seq <= 4; seq++) same.print(seq, {std::to_string(seq)});
  CHECK(same.ids == before.ids);
  CHECK(same.sent == before.sent);
}

TEST_CASE("a batch that was in flight does not close early, however long the rest takes") {
  Story story({}, {"5eed0001", 0, 2});
  story.print(1, {"a"});
  story.pass(1h);
  CHECK(story.sent.empty());
  story.print(2, {"b"});
  CHECK(story.sent == std::vector<Texts>{{"a", "b"}});
}

TEST_CASE("what may be accepted later is retried with a pause that grows up to a minute") {
  Story story;
  story.print(1, {"a"});
  story.pass(1s);
  for (const Nanos pause :
       {250ms, 500ms, 1000ms, 2000ms, 4000ms, 8000ms, 16000ms, 30000ms, 30000ms}) {
    story.answer(later);
    const size_t tries = story.sent.size();
    story.pass(pause - 1ms);
    CHECK(story.sent.size() == tries);
    story.pass(1ms);
    CHECK(story.sent.size() == tries + 1);
  }
  CHECK(story.core.trouble() == "no");
  story.answer(accepted);
  CHECK(story.core.trouble().empty());
  CHECK(std::equal(story.ids.begin() + 1, story.ids.end(), story.ids.begin()));
}

TEST_CASE("a receiver that says when is asked then, but not later than in an hour") {
  Story story;
  story.print(1, {"a"});
  story.pass(1s);
  story.answer(later, 7s);
  CHECK(story.core.due() == story.now.mono + 7s);
  story.pass(7s);
  story.answer(later, 999h);
  CHECK(story.core.due() == story.now.mono + 1h);
}

TEST_CASE("an address that is not welcome is tried once a minute") {
  Story story;
  story.print(1, {"a"});
  story.pass(1s);
  story.answer(unwelcome);
  CHECK(story.core.due() == story.now.mono + 60s);
}

TEST_CASE("a batch that is refused for one line is halved until that line is put aside") {
  Story story;
  story.print(1, {"a", "b", "poison", "d", "e"});
  story.pass(1s);
  for (int i = 0; i < 20 && !story.core.is_idle(); i++) {
    const Texts part = story.sent.back();
    story.answer(std::count(part.begin(), part.end(), "poison") ? refused : accepted);
  }
  CHECK(story.rejected == Texts{"poison"});
  CHECK(story.core.counts().lines_sent == 4);
  CHECK(story.cursors.back() == Cursor{"5eed0001", 1, 0});
}

TEST_CASE("what retention took is told in its place, counted in lines") {
  Story story;
  story.core.lost({1, 10}, {"retention", 1, 120, WallTime(Nanos(0))}, story.now);
  story.print(11, {"a"});
  story.pass(1s);
  CHECK(story.sent ==
        std::vector<Texts>{{"Error L10 (output buffer overflow): 120 messages dropped since "
                            "1970-01-01T00:00:00.000000+00:00.",
                            "a"}});
  CHECK(story.core.counts().lines_lost == 120);
}

TEST_CASE("a batch in flight of which retention left nothing does not hold the drain up") {
  Story story({}, {"5eed0001", 4, 8});
  story.core.lost({5, 20}, {"retention", 5, 20, {}}, story.now);
  story.print(21, {"a"});
  story.pass(1s);
  CHECK(story.sent.size() == 1);
  CHECK(story.cursors.back() == Cursor{"5eed0001", 4, 21});
}

TEST_CASE("only what is wanted is shipped, never what is about a drain, and the cursor goes on") {
  Story story(Policy{.types = {"web"}});
  story.print(1, {"a"}, "worker.1");
  story.print(2, {"b"}, "drain.one");
  story.pass(1s);
  CHECK(story.sent.empty());
  CHECK(story.cursors == std::vector<Cursor>{{"5eed0001", 2, 0}});
  story.print(3, {"c"}, "web.2");
  story.pass(1s);
  CHECK(story.sent == std::vector<Texts>{{"c"}});
}

TEST_CASE("another journal begins with its first record, behind what is left of the former") {
  Story story;
  story.print(40, {"a"});
  story.core.journal("5eed0002");
  CHECK(story.core.next() == 1);
  story.print(1, {"b"});
  CHECK(story.cursors.back() == Cursor{"5eed0001", 0, 40});
  story.answer(accepted);
  story.pass(1s);
  CHECK(story.cursors.back() == Cursor{"5eed0002", 0, 1});
  CHECK(story.sent == std::vector<Texts>{{"a"}, {"b"}});
}

TEST_CASE("a drain that is told to finish ships what is there at once") {
  Story story;
  story.print(1, {"a"});
  story.core.finish(story.now);
  story.take();
  CHECK(story.sent == std::vector<Texts>{{"a"}});
  story.answer(accepted);
  CHECK(story.core.is_idle());
}
