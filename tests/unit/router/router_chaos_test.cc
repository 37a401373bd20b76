// Hundreds of little histories, each from one seed: children print, disks fail, daemons die and
// come back. In the end what entered is what was journaled, published and replayed, byte for byte.
#include <fmt/format.h>
#include <unistd.h>
#include <random>

#include "tests/unit/router/router_fixture.h"

namespace muster {
namespace {

struct Chaos : RouterFixture {
  struct Writer {
    std::string process;
    std::string printed;
    UniqueFd read, write;
    uint64_t launch = 0;
    std::optional<StreamId> stream;
  };

  explicit Chaos(uint32_t seed) : random(seed) {
    for (int i = 1; i <= 4; i++) {
      int fds[2];
      REQUIRE(::pipe2(fds, O_CLOEXEC | O_NONBLOCK) == 0);
      writers.push_back({fmt::format("web.{}", i), "", UniqueFd(fds[0]), UniqueFd(fds[1]), 0, {}});
    }
    restart();
  }

  size_t below(size_t limit) { return random() % limit; }

  // As a daemon comes back: its streams go on. Some were lost with their windows' owner and go on
  // as launches of their own.
  void restart() {
    recover();
    for (auto& found : router->recovered())  // of launches before, which the disk had no room for
      if (std::none_of(writers.begin(), writers.end(),
                       [&](auto& writer) { return writer.stream == found.id; }))
        router->close_stream(found.id, now);
    for (auto& writer : writers) {
      UniqueFd pipe(::dup(writer.read.get()));
      bool goes_on = writer.stream && below(4) > 0;
      if (writer.stream && !goes_on) router->close_stream(*writer.stream, now);
      if (goes_on) {
        REQUIRE(router->resume_stream(*writer.stream, std::move(pipe)));
      } else {
        auto id = router->open_stream(writer.process, ++launches, Stream::out, std::move(pipe));
        REQUIRE(id);
        writer.stream = *id;
      }
    }
    router->end_recovery(now);
  }

  void print(Writer& writer) {
    std::string bytes;
    for (size_t lines = below(20); lines > 0; lines--) {
      size_t length = below(50) ? below(120) : below(30'000);
      bytes += std::string(length, char('a' + below(26))) + '\n';
    }
    if (below(3) == 0) bytes += "unfinished";
    size_t fits = std::min<size_t>(bytes.size(), 4096);
    ssize_t n = ::write(writer.write.get(), bytes.data(), fits);
    if (n > 0) writer.printed.append(bytes, 0, size_t(n));
  }

  void fault() {
    switch (below(6)) {
      case 0:
        disk.writes_fail = true;
        break;
      case 1:
        disk.capacity = disk.used() + below(2000);
        break;
      case 2:
        disk.creates_fail = true;
        break;
      case 3:
        disk.truncates_fail = true;
        break;
      case 4:
        disk.write_at_most = 1 + below(500);
        break;
      case 5:
        mend();
        break;
    }
  }
  void mend() {
    MemoryDisk::Files files = std::move(disk.files);
    disk = {};
    disk.files = std::move(files);
  }

  void step() {
    auto& writer = writers[below(writers.size())];
    switch (below(10)) {
      case 0:
      case 1:
      case 2:
        print(writer);
        break;
      case 3:
      case 4:
      case 5:
        router->pump(*writer.stream, 1 + below(20'000), now);
        break;
      case 6:
        router->show_partial_lines(now);
        break;
      case 7:
        pass(std::chrono::milliseconds(below(1500)));
        break;
      case 8:
        router->publish(event("something"), now);
        break;
      case 9:
        if (below(4) == 0)
          fault();
        else if (below(6) == 0)
          restart();
        break;
    }
  }

  // Everything is well again and comes to its end.
  void finish() {
    mend();
    pass(2s);
    for (auto& writer : writers) {
      writer.write.reset();
      while (router->pump(*writer.stream, 1 << 20, now).state != Pumped::State::ended) pass(1s);
      router->close_stream(*writer.stream, now);
    }
    router->show_partial_lines(now);
  }

  // The output of each process, by the records; the numbers are checked on the way.
  std::map<std::string, std::string> printed_by(
      const std::vector<std::pair<std::string, std::string>>& records) {
    std::map<std::string, std::string> printed;
    std::map<std::string, uint64_t> last;
    uint64_t seq = 0, lines = 0;
    for (auto& [topic, payload] : records) {
      auto decoded = decode_record(payload);
      REQUIRE(decoded);
      auto& numbers = std::visit([](auto& r) -> RecordNumbers& { return r.numbers; }, *decoded);
      REQUIRE(numbers.seq == ++seq);
      REQUIRE(numbers.prev == last[topic]);
      REQUIRE(numbers.line == lines);
      last[topic] = seq;
      auto* log = std::get_if<LogRecord>(&*decoded);
      lines += log ? log->lines.size() : 1;
      if (!log) continue;
      auto& bytes = printed[std::string(log->process)];
      for (size_t i = 0; i < log->lines.size(); i++) {
        bytes += log->lines[i];
        if (i + 1 < log->lines.size() || log->tail == Tail::newline) bytes += '\n';
      }
    }
    return printed;
  }

  std::mt19937 random;
  std::vector<Writer> writers;
  uint64_t launches = 0;
};

TEST_CASE("whatever fails, what was printed is journaled once, in order, and replayed") {
  for (uint32_t seed = 1; seed <= 150; seed++) {
    INFO("seed " << seed);
    Chaos chaos(seed);
    for (int i = 0; i < 400; i++) chaos.step();
    chaos.finish();

    auto replay = Replay::open(std::make_unique<MemoryStorage>(chaos.disk), {});
    std::vector<std::pair<std::string, std::string>> replayed;
    for (;;) {
      auto some = replay->next(1 << 20);
      if (some->empty()) break;
      replayed.insert(replayed.end(), some->begin(), some->end());
    }
    CHECK_FALSE(replay->take_gone());
    REQUIRE((replayed == chaos.bus.records));
    auto printed = chaos.printed_by(replayed);
    for (auto& writer : chaos.writers) {
      INFO(writer.process);
      REQUIRE(printed[writer.process].size() == writer.printed.size());
      REQUIRE((printed[writer.process] == writer.printed));
    }
  }
}

}  // namespace
}  // namespace muster
