// Every limit that a reader enforces is kept by whoever writes: the table of limits, row by row,
// each with the most that its writer can be made to write. A row without a proof fails.
#include "proto/limits.h"

#include <fmt/format.h>

#include <functional>
#include <map>

#include "proto/fit.h"
#include "router/numbering.h"
#include "tests/unit/router/replay_fixture.h"
#include "tests/unit/router/router_fixture.h"

namespace muster {
namespace {

constexpr size_t huge = 3 << 20;

std::vector<std::string_view> views(const Frames& frames) { return {frames.begin(), frames.end()}; }

// Whether the reader takes it, and the size of its first frame.
size_t read_back(ReplyBody body) {
  Reply reply{7, false, std::move(body)};
  fit(reply);
  const Frames frames = encode(reply);
  auto read = decode_reply(views(frames));
  INFO((read ? "" : read.message()));
  CHECK(read);
  return frames[0].size();
}

EventRecord huge_event() {
  EventRecord event;
  event.kind = RecordKind::start;
  event.process = std::string(limits::type_name, 'w') + ".4294967295";
  event.text = std::string(huge, 'x');
  event.command = event.text;
  event.by = std::string(huge, 'b');
  event.formation.emplace();
  for (uint32_t i = 0; i < limits::processes; i++)
    (*event.formation)[fmt::format("{:0>63}", i)] = UINT32_MAX;
  return event;
}

// The events of a router that has been handed the largest, as its subscribers read them.
EventRecord published(RouterFixture& fixture) {
  fixture.open();
  fixture.router->publish(huge_event(), fixture.now);
  REQUIRE_FALSE(fixture.bus.records.empty());
  auto& [topic, payload] = fixture.bus.records.back();
  CHECK(topic.size() <= limits::bus_topic);
  CHECK(payload.size() <= limits::bus_payload);
  auto record = decode_record(payload);
  INFO((record ? "" : record.message()));
  REQUIRE(record);
  return std::get<EventRecord>(*record);
}

ProcessRow full_row() {
  ProcessRow row{};
  row.process = std::string(limits::type_name, 'p') + ".4096";
  row.state = "complete";
  row.command = std::string(200'000, 'c');
  row.note = std::string(200'000, 'n');
  row.pid = row.cpu_ms = INT64_MAX;
  row.memory_bytes = UINT64_MAX;
  row.restarts = UINT32_MAX;
  row.port = 65535;
  row.last_exit = -1;
  return row;
}

void every_reply_fits() {
  PsReply ps;
  ps.processes.assign(limits::processes + limits::one_offs, full_row());
  CHECK(read_back(std::move(ps)) <= limits::control_reply);
  const std::string name = std::string(limits::type_name, 't') + ".4096";
  CHECK(read_back(DoneReply{std::vector(limits::processes + limits::one_offs, name)}) <=
        limits::control_reply);
  ReleasesReply releases;
  releases.releases.assign(50, {1,
                                std::string(huge, 'c'),
                                std::string(huge, 'b'),
                                {},
                                "code",
                                "failed",
                                std::string(huge, 'f')});
  CHECK(read_back(std::move(releases)) <= limits::control_reply);
  CHECK(read_back(RefusedReply{Refusal::no, std::string(64 << 20, 'm')}) <= limits::control_reply);
  StatusReply status;
  status.alarms.assign(20'000, std::string(10'000, 'a'));
  CHECK(read_back(std::move(status)) <= limits::control_reply);
  CHECK(read_back(ConfigReply{{{"A", std::string(limits::config_vars, 'v')}}}) <=
        limits::control_reply);
}

void no_list_of_a_reply_is_too_long() {
  read_back(ReloadReply{std::vector<std::string>(20'000, "web: another command")});
  ConfigReply many;
  for (size_t i = 0; i <= limits::control_elements; i++) many.vars[fmt::format("A{}", i)] = "";
  read_back(many);
  ScaleReply scale;
  for (uint32_t i = 0; i < limits::processes; i++) scale.formation[fmt::format("t{}", i)] = 1;
  scale.changed.assign(limits::control_elements, {"web", 1});
  read_back(scale);
}

void lines_are_cut(RouterFixture& fixture) {
  auto child = fixture.start("web.1");
  child.print(std::string(200'000, 'x') + '\n');
  while (fixture.pump(child) == Pumped::State::more) {
  }
  REQUIRE(fixture.bus.records.size() >= 3);
  for (auto& [topic, payload] : fixture.bus.records) {
    const auto record = decode_record(payload);
    REQUIRE(record);
    for (auto& line : std::get<LogRecord>(*record).lines) CHECK(line.size() <= limits::line_piece);
  }
}

// No other line takes more bytes for each byte that was printed.
void empty_lines_fit(RouterFixture& fixture) {
  auto child = fixture.start("web.1");
  for (int i = 0; i < 2; i++) child.print(std::string(limits::window, '\n'));
  while (fixture.pump(child) == Pumped::State::more) {
  }
  for (auto& [topic, payload] : fixture.bus.records) {
    CHECK(payload.size() <= limits::bus_payload);
    CHECK(decode_record(payload));
  }
}

// A message of a replay, full of the smallest record.
void frames_are_few() {
  EventRecord smallest;
  smallest.kind = RecordKind::exit;
  std::vector<char> payload;
  encode(smallest, payload);
  const size_t bytes = topic_of(smallest.kind, "").size() + payload.size();
  CHECK(1 + 2 * (limits::replay_message / bytes + 1) <= limits::most_frames);
}

// The table of every process with the longest name, and of a hundred thousand one-offs.
void a_checkpoint_is_read_back(JournalFixture& fixture) {
  fixture.open();
  for (int i = 0; i < 100'000; i++)
    REQUIRE(fixture.append(fmt::format("notice/{:0>60}.{}/", "run", i), "x"));
  REQUIRE(fixture.writer->close(fixture.wall, 0));
  CHECK(fixture.open().numbering().seq() == 100'000);
  CHECK(fixture.writer->numbering().next(fmt::format("notice/{:0>60}.7/", "run")).prev == 8);
}

}  // namespace

TEST_CASE("every limit that a reader enforces is kept by the writer") {
  RouterFixture router;
  JournalFixture journal;
  const std::map<std::string_view, std::function<void()>> proofs = {
      // Client::send measures, which unit_client has.
      {"a request", [] {}},
      {"a reply", every_reply_fits},
      {"elements in a list or map of a message", no_list_of_a_reply_is_too_long},
      {"nesting of a message", [] { read_back(PsReply{{full_row()}}); }},
      {"a topic", [&] { published(router); }},
      {"a payload", [&] { empty_lines_fit(router); }},
      {"a line, or piece of one", [&] { lines_are_cut(router); }},
      {"the text of an event",
       [&] {
         const EventRecord event = published(router);
         CHECK(event.text.size() <= limits::event_text);
         CHECK(event.command->size() <= limits::event_text);
         CHECK(event.text.ends_with("x… 3 MB more"));
       }},
      {"who asked", [&] { CHECK(published(router).by->size() <= limits::by); }},
      {"frames of a reply", frames_are_few},
      {"a record of the journal", [&] { a_checkpoint_is_read_back(journal); }},
  };
  for (auto& [what, most] : limits::table) {
    DYNAMIC_SECTION(what) {
      INFO("at most " << most);
      REQUIRE(proofs.contains(what));
      proofs.at(what)();
    }
  }
}

TEST_CASE("a cut text says how much is missing, and no character is torn") {
  CHECK(cut("short", 100) == "short");
  CHECK(cut(std::string(100, 'x'), 100) == std::string(100, 'x'));
  CHECK(cut(std::string(101, 'x'), 100) == std::string(68, 'x') + "… 33 bytes more");
  CHECK(cut(std::string(900'000, 'x'), 100).ends_with("x… 899 kB more"));
  std::string umlauts;
  for (int i = 0; i < 100; i++) umlauts += "ä";
  for (size_t most = 60; most < 70; most++) {
    std::vector<char> bytes;
    EventRecord event;
    event.text = cut("x" + umlauts, most);
    encode(event, bytes);
    auto record = decode_record({bytes.data(), bytes.size()});
    REQUIRE(record);
    CHECK(std::get<EventRecord>(*record).text.find("ä… 1") != std::string::npos);
  }
}

TEST_CASE_METHOD(ReplayFixture, "an event that was journaled too large is cut when it is read") {
  EventRecord event = huge_event();
  event.formation.reset();
  event.numbers = {2, 0, 1};
  std::vector<char> bytes;
  encode(event, bytes);
  REQUIRE(append("log/web.1/", "record 1"));
  REQUIRE(append("start/web.1/", {bytes.begin(), bytes.end()}));
  REQUIRE(append("log/web.1/", "record 3"));
  Replay all = replay({});
  auto records = all.next(1 << 20);
  REQUIRE(records);
  REQUIRE(records->size() == 3);
  auto record = decode_record((*records)[1].second);
  REQUIRE(record);
  CHECK(std::get<EventRecord>(*record).numbers.seq == 2);
  CHECK(std::get<EventRecord>(*record).text.ends_with("MB more"));
  CHECK_FALSE(all.take_gone());
}

TEST_CASE_METHOD(ReplayFixture, "what no reader can take is told as gone, at its place") {
  REQUIRE(append("log/web.1/", "record 1"));
  REQUIRE(append("start/web.1/", std::string(huge, 'x')));
  REQUIRE(append("log/web.1/", "record 3"));
  Replay all = replay({});
  std::vector<uint64_t> seqs = take(all);
  Gone gone = all.take_gone();
  for (auto more = take(all); !more.empty(); more = take(all)) {
    CHECK(seqs == std::vector<uint64_t>{1});
    if (!gone) gone = all.take_gone();
    seqs.insert(seqs.end(), more.begin(), more.end());
  }
  CHECK(seqs == std::vector<uint64_t>{1, 3});
  CHECK(gone == Gone(std::pair<uint64_t, uint64_t>(2, 2)));
}

}  // namespace muster
