// How fast the parts of the router are, each alone and all together, in lines and CPU seconds.
//   micro_router [DIRECTORY]     where the journal is written; the default is the current one
// Every figure is the best of five rounds: what the code can do, not what the machine was doing.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "base/check.h"
#include "base/time.h"
#include "proto/codec.h"
#include "proto/limits.h"
#include "router/journal/posix_storage.h"
#include "router/recorder.h"
#include "router/replay.h"
#include "router/router.h"
#include "router/splitter.h"
#include "router/window.h"

namespace muster {
namespace {

constexpr size_t line_bytes = 100;
constexpr uint64_t total_lines = 3'000'000;

struct NoBus : Bus {
  void publish(std::string_view, std::string_view payload) override { bytes += payload.size(); }
  uint64_t bytes = 0;
};

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](timeval t) { return double(t.tv_sec) + double(t.tv_usec) / 1e6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Figures {
  double seconds = 1e9, cpu = 1e9;
};

template <class Round>
void report(const char* name, uint64_t lines, Round round) {
  Figures best;
  for (int i = 0; i < 5; i++) {
    auto begin = read_clocks().mono;
    double cpu = cpu_seconds();
    round();
    best.cpu = std::min(best.cpu, cpu_seconds() - cpu);
    best.seconds = std::min(best.seconds, double((read_clocks().mono - begin).count()) / 1e9);
  }
  double millions = double(lines) / 1e6;
  fmt::print("{:<44}{:>8.1f} M lines/s {:>8.3f} s CPU per M lines\n", name, millions / best.seconds,
             best.cpu / millions);
}

std::string lines_of(size_t bytes, size_t length) {
  std::string text;
  while (text.size() + length <= bytes) (text += std::string(length - 1, 'x')) += '\n';
  return text;
}

void bench_splitter(size_t length) {
  std::string text = lines_of(128 << 10, length);
  std::vector<std::string_view> lines;
  const uint64_t rounds = total_lines * line_bytes / text.size();
  uint64_t found = 0;
  report(fmt::format("splitter, {} bytes a line", length).c_str(), rounds * (text.size() / length),
         [&] {
           for (uint64_t i = 0; i < rounds; i++) found += split(text, 0, lines).bytes;
         });
  CHECK(found == 5 * rounds * text.size());
}

LogRecord record_of(std::string_view text, std::vector<std::string_view> lines) {
  LogRecord record;
  record.process = "web.1";
  record.launch = 1;
  record.end = text.size();
  record.lines = std::move(lines);
  return record;
}

void bench_encoder() {
  std::string text = lines_of(128 << 10, line_bytes);
  std::vector<std::string_view> lines;
  split(text, 0, lines);
  LogRecord record = record_of(text, lines);
  std::vector<char> out;
  const uint64_t rounds = total_lines / lines.size();
  report("encoder", rounds * lines.size(), [&] {
    for (uint64_t i = 0; i < rounds; i++) {
      out.clear();
      encode(record, out);
    }
  });
  std::string_view payload(out.data(), out.size());
  report("decoder", rounds * lines.size(), [&] {
    for (uint64_t i = 0; i < rounds; i++) CHECK(decode_record(payload));
  });
}

void bench_recorder(const std::string& directory, size_t lines_each, uint64_t all_lines) {
  std::string text = lines_of(lines_each * line_bytes, line_bytes);
  std::vector<std::string_view> lines;
  split(text, 0, lines);
  LogRecord record = record_of(text, lines);
  NoBus bus;
  auto name = fmt::format("number, encode, journal; {} lines a record", lines_each);
  report(name.c_str(), all_lines, [&] {
    std::filesystem::remove_all(directory);
    auto storage = std::make_unique<journal::PosixStorage>(directory);
    auto recorder = Recorder::open(std::move(storage), {}, bus);
    for (uint64_t i = 0; i < all_lines / lines_each; i++)
      CHECK(recorder->append(record, "log/web.1/", 2, read_clocks()));
  });
}

void bench_replay(const std::string& directory, const char* name, uint64_t all_lines) {
  report(name, all_lines, [&] {
    auto replay = Replay::open(directory, {});
    while (!replay->next(limits::replay_message)->empty()) {
    }
  });
}

template <class Round>
void report_wait(const char* name, Round round) {
  Nanos best = 1h;
  for (int i = 0; i < 5; i++) {
    auto begin = read_clocks().mono;
    round();
    best = std::min(best, read_clocks().mono - begin);
  }
  fmt::print("{:<44}{:>8.2f} ms\n", name, double(best.count()) / 1e6);
}

// How long it takes to get at something in a journal that is as big as it may become.
void bench_full_journal(const std::string& directory) {
  std::string text = lines_of(10 * line_bytes, line_bytes);
  std::vector<std::string_view> lines;
  split(text, 0, lines);
  LogRecord record = record_of(text, lines);
  NoBus bus;
  std::filesystem::remove_all(directory);
  auto storage = std::make_unique<journal::PosixStorage>(directory);
  auto recorder = Recorder::open(std::move(storage), {}, bus);
  CHECK(recorder->append(record, "log/quiet.1/", 4, read_clocks()));
  const uint64_t records = (1000 << 20) / (text.size() + 300);
  for (uint64_t i = 0; i < records; i++)
    CHECK(recorder->append(record, "log/web.1/", 2, read_clocks()));

  auto first = [&](ReplayRequest request) {
    auto replay = Replay::open(directory, request);
    CHECK(!replay->next(1)->empty());
  };
  ReplayRequest last, middle, quiet;
  last.lines = quiet.lines = 100;
  middle.from = records / 2;
  quiet.topics = {"log/quiet."};
  report_wait("1 GB journal: its last 100 lines", [&] { first(last); });
  report_wait("1 GB journal: the first record of its middle", [&] { first(middle); });
  report_wait("1 GB journal: the last lines of a quiet one", [&] { first(quiet); });
  quiet.lines.reset();
  report_wait("1 GB journal: all lines of a quiet one", [&] {
    auto replay = Replay::open(directory, quiet);
    while (!replay->next(limits::replay_message)->empty()) {
    }
  });
  report_wait("1 GB journal: to open it for writing", [&] {
    auto reopened = std::make_unique<journal::PosixStorage>(directory);
    CHECK(Recorder::open(std::move(reopened), {}, bus));
  });
}

// A child that writes `lines` of 100 bytes in blocks of 64 KiB.
pid_t write_lines(int fd, uint64_t lines) {
  pid_t pid = ::fork();
  if (pid != 0) return pid;
  std::string block = lines_of(64 << 10, line_bytes);
  for (uint64_t left = lines * line_bytes; left > 0;) {
    ssize_t n = ::write(fd, block.data(), std::min<uint64_t>(left, block.size()));
    if (n < 0) ::_exit(1);
    left -= uint64_t(n);
  }
  ::_exit(0);
}

void bench_pump(const std::string& directory, size_t quantum) {
  auto name = fmt::format("pipe to journal, quantum {} KiB", quantum >> 10);
  report(name.c_str(), total_lines, [&] {
    std::filesystem::remove_all(directory);
    NoBus bus;
    auto storage = std::make_unique<journal::PosixStorage>(directory);
    auto router = Router::open(std::move(storage), *Windows::anonymous(), bus);
    int fds[2];
    CHECK(::pipe2(fds, O_CLOEXEC) == 0 && ::fcntl(fds[0], F_SETPIPE_SZ, limits::pipe) > 0);
    UniqueFd write_end(fds[1]);
    auto stream = router->open_stream("web.1", 1, Stream::out, UniqueFd(fds[0]));
    pid_t child = write_lines(write_end.get(), total_lines);
    write_end.reset();
    for (auto state = Pumped::State::more; state != Pumped::State::ended;) {
      state = router->pump(*stream, quantum, read_clocks()).state;
      if (state == Pumped::State::idle) ::usleep(200);
    }
    CHECK(router->head().lines == total_lines);
    ::waitpid(child, nullptr, 0);
  });
}

}  // namespace
}  // namespace muster

int main(int argc, char** argv) {
  using namespace muster;
  std::string directory = std::string(argc > 1 ? argv[1] : ".") + "/micro_router.journal";
  for (size_t length : {1, 20, 100, 1000}) bench_splitter(length);
  bench_encoder();
  bench_recorder(directory, 1, 200'000);
  bench_replay(directory, "replay; 1 line a record", 200'000);
  bench_recorder(directory, 1000, total_lines);
  bench_replay(directory, "replay; 1000 lines a record", total_lines);
  bench_full_journal(directory);
  for (size_t quantum : {64 << 10, 128 << 10, 256 << 10, 1 << 20}) bench_pump(directory, quantum);
  std::filesystem::remove_all(directory);
}
