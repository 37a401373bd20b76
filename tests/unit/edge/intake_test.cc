// Pipes that are read into a real router: at once, in turn, up to the end, and through a full disk.
#include "daemon/edge/output/intake.h"

#include "tests/unit/router/router_fixture.h"

namespace muster {
namespace {

struct IntakeStage {
  struct Printer {
    LaunchId launch;
    UniqueFd out, err;
    void print(std::string_view bytes) const {
      REQUIRE(write(out.get(), bytes.data(), bytes.size()) == ssize_t(bytes.size()));
    }
    void close() {
      out.reset();
      err.reset();
    }
  };

  Printer start(std::string type, bool begun = true) {
    Printer printer;
    PipeEnds ends;
    make_pipe(ends.out, printer.out);
    make_pipe(ends.err, printer.err);
    Launch launch;
    printer.launch = launch.launch = next_++;
    launch.process = {std::move(type), 1};
    REQUIRE(intake.open(launch, std::move(ends)));
    if (begun) intake.begin(printer.launch);
    return printer;
  }
  static void make_pipe(UniqueFd& read_end, UniqueFd& write_end) {
    int fds[2];
    REQUIRE(pipe2(fds, O_CLOEXEC) == 0);
    REQUIRE(fcntl(fds[0], F_SETPIPE_SZ, limits::pipe) > 0);
    read_end.reset(fds[0]);
    write_end.reset(fds[1]);
  }

  template <class Condition>
  bool run_until(Condition condition, Nanos limit = 10s) {
    bool late = false;
    Timer deadline(loop, [&] { late = true; });
    deadline.after(limit);
    while (!condition() && !late) loop.turn(true);
    return condition();
  }
  bool told_to_come(const Told& expected) {
    auto come = [&] {
      for (auto& record : fixture.published()) told.push_back(record);
      return told.size() >= expected.size();
    };
    bool all = run_until(come);
    CHECK(told == expected);
    told.clear();
    return all;
  }
  // Lines of a process so far; batches do not matter.
  size_t lines_of(const std::string& process) {
    size_t lines = 0;
    for (auto& [topic, payload] : fixture.bus.records)
      if (topic == "log/" + process + "/")
        lines += std::get<LogRecord>(*decode_record(payload)).lines.size();
    return lines;
  }

  Loop loop;
  RouterFixture fixture;
  Told told;
  int told_of_end = 0;
  Intake intake{loop, fixture.open(), [this] { ++told_of_end; }};

 private:
  LaunchId next_ = 1;
};

TEST_CASE("a line is read as soon as it is there, and each line after it") {
  IntakeStage stage;
  auto web = stage.start("web");
  for (std::string line : {"one", "two", "three"}) {
    web.print(line + "\n");
    REQUIRE(stage.told_to_come({"web.1 " + line}));
  }
}

TEST_CASE("nothing is read before the start has been told") {
  IntakeStage stage;
  auto web = stage.start("web", false);
  web.print("early\n");
  for (int i = 0; i < 10; ++i) stage.loop.turn(false);
  CHECK(stage.fixture.published().empty());
  stage.intake.begin(web.launch);
  REQUIRE(stage.told_to_come({"web.1 early"}));
}

TEST_CASE("many small writes are read, all of them, in order") {
  IntakeStage stage;
  auto web = stage.start("web");
  size_t printed = 0;
  auto print_some = [&] {
    for (int i = 0; i < 10 && printed < 5000; ++i) web.print(std::to_string(printed++) + "\n");
    return printed == 5000;
  };
  REQUIRE(stage.run_until(print_some));
  REQUIRE(stage.run_until([&] { return stage.lines_of("web.1") == printed; }));
  size_t next = 0;
  for (auto& [topic, payload] : stage.fixture.bus.records) {
    auto record = decode_record(payload);
    for (auto line : std::get<LogRecord>(*record).lines) REQUIRE(line == std::to_string(next++));
  }
}

TEST_CASE("a stream that never runs empty does not keep a quiet one waiting") {
  IntakeStage stage;
  auto flood = stage.start("flood");
  auto quiet = stage.start("quiet");
  REQUIRE(fcntl(flood.out.get(), F_SETFL, O_NONBLOCK) == 0);
  std::string chunk;
  while (chunk.size() < 60'000) chunk += "0123456789\n";
  auto pour = [&] {
    while (write(flood.out.get(), chunk.data(), chunk.size()) > 0) {
    }
  };
  pour();
  for (int i = 0; i < 20; ++i) {
    stage.loop.turn(true);
    pour();
  }
  quiet.print("hello\n");
  for (int i = 0; i < 4 && stage.lines_of("quiet.1") == 0; ++i) {
    stage.loop.turn(true);
    pour();
  }
  CHECK(stage.lines_of("quiet.1") == 1);
  CHECK(stage.lines_of("flood.1") > 10'000);
}

TEST_CASE("both ends make an end, and a last line without a newline is kept") {
  IntakeStage stage;
  auto web = stage.start("web");
  web.print("last words");
  CHECK_FALSE(stage.intake.ended(web.launch));
  web.close();
  REQUIRE(stage.run_until([&] { return stage.intake.ended(web.launch); }));
  CHECK(stage.told_of_end == 2);
  CHECK(stage.fixture.published() == Told{"web.1 last words (eof)"});
  stage.intake.close(web.launch);
}

TEST_CASE("draining takes what is there, also of a process that was never seen to run") {
  IntakeStage stage;
  auto web = stage.start("web", false);
  std::string text;
  while (text.size() < 900'000) text += "0123456789\n";
  web.print(text);
  web.close();
  stage.intake.drain(web.launch);
  CHECK(stage.intake.ended(web.launch));
  CHECK(stage.lines_of("web.1") == text.size() / 11);
}

TEST_CASE("a closed stream is over, whoever holds the other end") {
  IntakeStage stage;
  auto web = stage.start("web");
  web.print("half a line");
  stage.intake.drain(web.launch);
  stage.intake.close(web.launch);
  CHECK(stage.intake.ended(web.launch));
  CHECK(stage.fixture.published() == Told{"web.1 half a line (eof)"});
}

TEST_CASE("half a line is shown when it has waited long enough") {
  IntakeStage stage;
  auto web = stage.start("web");
  web.print("Password: ");
  REQUIRE(stage.told_to_come({"web.1 Password:  (partial)"}));
}

TEST_CASE("a full disk keeps the bytes in the pipe, and room sets them going again") {
  IntakeStage stage;
  auto web = stage.start("web");
  web.print("before\n");
  REQUIRE(stage.told_to_come({"web.1 before"}));
  stage.fixture.disk.capacity = stage.fixture.disk.used();
  web.print("during\n");
  REQUIRE(stage.run_until([&] { return !stage.fixture.router->alarms().empty(); }));
  SECTION("while it runs") {
    stage.fixture.disk.capacity = UINT64_MAX;
    REQUIRE(stage.run_until([&] { return stage.lines_of("web.1") == 2; }));
  }
  SECTION("after its owner has given up on it") {
    web.close();
    stage.intake.close(web.launch);
    stage.fixture.disk.capacity = UINT64_MAX;
    REQUIRE(stage.run_until([&] { return stage.lines_of("web.1") == 2; }));
    CHECK(stage.intake.ended(web.launch));
  }
}

TEST_CASE("an intake with nothing to read lets the loop wait") {
  IntakeStage stage;
  auto web = stage.start("web");
  web.print("x\n");
  REQUIRE(stage.told_to_come({"web.1 x"}));
  int turns = 0;
  stage.run_until([&] { return ++turns > 1000; }, 300ms);
  CHECK(turns < 20);
}

}  // namespace
}  // namespace muster
