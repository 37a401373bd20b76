// Row A1 of the faults, as far as the router goes alone: a reader of busy streams is killed with
// SIGKILL at random instants, while it recovers too, and the next one goes on from the windows, the
// pipes and the journal. This process stands for the keeper: it holds the pipes and the windows,
// and knows which launches there are. In the end every numbered line of every launch is in the
// journal once, in order, with all numbers right.
#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <random>

#include "base/time.h"
#include "proto/limits.h"
#include "router/replay.h"
#include "router/router.h"
#include "router/window.h"
#include "tests/support/record_checker.h"
#include "tests/support/temp_dir.h"

namespace muster {
namespace {

constexpr size_t launches_at_a_time = 4;

struct Pipe {
  explicit Pipe(int flags = O_CLOEXEC) {
    int fds[2];
    REQUIRE(::pipe2(fds, flags) == 0);
    read.reset(fds[0]);
    write.reset(fds[1]);
  }
  UniqueFd read, write;
};

// So that lines stay unfinished for long enough to be shown, a second lasts ten milliseconds.
Now fast_clocks() {
  Now now = read_clocks();
  return {MonoTime(now.mono.time_since_epoch() * 100), now.wall};
}

std::string line_of(uint64_t launch, int number) {
  return fmt::format("launch {} line {} {}\n", launch, number, std::string(number % 150, 'x'));
}
std::string last_words(uint64_t launch, int lines) {
  return fmt::format("launch {} ends after {} lines", launch, lines);
}

// A launch: prints so many numbered lines, and last words without a newline, in writes of all sizes
// that end anywhere; one write for each token that it is given.
[[noreturn]] void print_lines(uint64_t launch, int lines, int pipe, int tokens) {
  std::mt19937 random{uint32_t(launch)};
  std::string bytes;
  for (int number = 0; number <= lines || !bytes.empty();) {
    for (; bytes.size() < 64 << 10 && number <= lines; number++)
      bytes += number < lines ? line_of(launch, number) : last_words(launch, lines);
    char token;
    (void)!::read(tokens, &token, 1);
    size_t size = 1 + random() % (random() % 2 ? 64 << 10 : 300);
    ssize_t n = ::write(pipe, bytes.data(), std::min(bytes.size(), size));
    if (n < 0) ::_exit(1);
    bytes.erase(0, size_t(n));
  }
  ::_exit(0);
}

struct Launch {
  uint64_t id = 0;
  UniqueFd pipe, tokens;
  pid_t pid = 0;

  std::string process() const { return fmt::format("web.{}", id % launches_at_a_time); }
};

struct NoBus : Bus {
  void publish(std::string_view, std::string_view) override {}
};

// The work of a reader, in a child until it is killed. Reports launches that have ended, and 0 when
// it has recovered.
class Reader {
 public:
  Reader(Router router, const std::vector<Launch>& launches, int report)
      : router_(std::move(router)), report_(report) {
    auto found = router_.recovered();
    for (auto& stream : found)
      if (!find(launches, stream.launch)) router_.close_stream(stream.id, fast_clocks());
    for (auto& stream : router_.recovered()) {
      auto* launch = find(launches, stream.launch);
      if (!router_.resume_stream(stream.id, UniqueFd(::dup(launch->pipe.get())))) ::_exit(3);
      streams_.emplace(launch->id, stream.id);
    }
    for (auto& launch : launches) {
      if (streams_.contains(launch.id)) continue;
      auto id = router_.open_stream(launch.process(), launch.id, Stream::out,
                                    UniqueFd(::dup(launch.pipe.get())));
      if (!id) ::_exit(4);
      streams_.emplace(launch.id, *id);
    }
    router_.end_recovery(fast_clocks());
    EventRecord event;
    event.process = "router";
    event.text = "recovered";
    router_.publish(event, fast_clocks());
    tell(0);
  }

  [[noreturn]] void run() {
    for (auto& [launch, stream] : std::map(streams_)) pump(launch, stream);
    while (!streams_.empty()) {
      std::vector<pollfd> polled;
      for (auto& [launch, stream] : streams_)
        polled.push_back({router_.pipe_of(stream), POLLIN, 0});
      ::poll(polled.data(), polled.size(), router_.next_partial_deadline() ? 1 : -1);
      router_.show_partial_lines(fast_clocks());
      auto readable = polled.begin();
      for (auto& [launch, stream] : std::map(streams_))
        if ((readable++)->revents) pump(launch, stream);
    }
    ::_exit(0);
  }

 private:
  static const Launch* find(const std::vector<Launch>& launches, uint64_t id) {
    for (auto& launch : launches)
      if (launch.id == id) return &launch;
    return nullptr;
  }
  void pump(uint64_t launch, StreamId stream) {
    if (router_.pump(stream, limits::window, fast_clocks()).state != Pumped::State::ended) return;
    router_.close_stream(stream, fast_clocks());
    streams_.erase(launch);
    tell(launch);
  }
  void tell(uint64_t launch) { (void)!::write(report_, &launch, sizeof launch); }

  Router router_;
  std::map<uint64_t, StreamId> streams_;  // by launch
  int report_;
};

class Storm {
 public:
  explicit Storm(int kills) : kills_wanted_(kills) {
    std::signal(SIGPIPE, SIG_IGN);  // of a launch that takes no more tokens
    auto windows = Windows::anonymous();
    REQUIRE(windows);
    windows_.reset(::dup(windows->fd()));
  }

  void run() {
    for (int kills = 0; kills < kills_wanted_; kills++) {
      while (launches_.size() < launches_at_a_time) start_launch();
      give_tokens();
      read_until_killed(/*patient=*/kills % 4 != 0);
      if (kills % 50 == 49) check();
    }
    for (auto& launch : launches_) launch.tokens.reset();
    read_until_done();
    check();
  }
  // Every launch has ended, and its last words have been seen.
  bool all_seen() const { return launches_.empty() && printing_.empty(); }

 private:
  void start_launch() {
    Launch launch;
    Pipe out, tokens;
    launch.id = ++last_launch_;
    REQUIRE(::fcntl(out.read.get(), F_SETPIPE_SZ, limits::pipe) > 0);
    int lines = int(random_() % 40'000);
    launch.pid = ::fork();
    if (launch.pid == 0) {
      out.read.reset();
      tokens.write.reset();
      launches_.clear();
      print_lines(launch.id, lines, out.write.get(), tokens.read.get());
    }
    launch.pipe = std::move(out.read);
    launch.tokens = std::move(tokens.write);
    printing_[launch.id].lines = lines;
    launches_.push_back(std::move(launch));
  }

  void give_tokens() {
    for (auto& launch : launches_) {
      std::string tokens(random_() % 12, 't');
      (void)!::write(launch.tokens.get(), tokens.data(), tokens.size());
    }
  }

  struct Running {
    pid_t pid;
    UniqueFd pidfd, report;
  };
  Running start_reader() {
    Pipe report;
    pid_t pid = ::fork();
    if (pid == 0) {
      RouterOptions options{directory_.path() + "/journal", "", UniqueFd(::dup(windows_.get()))};
      NoBus bus;
      auto router = Router::open(std::move(options), bus);
      if (!router) ::_exit(2);
      Reader(std::move(*router), launches_, report.write.get()).run();
    }
    return {pid, UniqueFd(int(::syscall(SYS_pidfd_open, pid, 0))), std::move(report.read)};
  }

  // A patient storm lets the reader recover first.
  void read_until_killed(bool patient) {
    Running reader = start_reader();
    if (patient) {
      pollfd report{reader.report.get(), POLLIN, 0};
      ::poll(&report, 1, -1);
    }
    pollfd dead{reader.pidfd.get(), POLLIN, 0};
    timespec delay{0, long(random_() % 6'000'000)};
    ::ppoll(&dead, 1, &delay, nullptr);
    ::kill(reader.pid, SIGKILL);
    finish(reader);
  }
  void read_until_done() { REQUIRE(finish(start_reader()) == 0); }

  // Its status, when it is dead.
  int finish(const Running& reader) {
    int status = 0;
    REQUIRE(::waitpid(reader.pid, &status, 0) == reader.pid);
    uint64_t ended;
    while (::read(reader.report.get(), &ended, sizeof ended) == sizeof ended) {
      if (ended == 0) continue;
      auto launch =
          std::find_if(launches_.begin(), launches_.end(), [&](auto& l) { return l.id == ended; });
      REQUIRE(launch != launches_.end());
      int exit_status = 0;
      REQUIRE(::waitpid(launch->pid, &exit_status, 0) == launch->pid);
      REQUIRE(exit_status == 0);
      launches_.erase(launch);
    }
    return status;
  }

  // Looks at what was journaled since the last time.
  void check() {
    ReplayRequest since;
    since.from = checker_.seq() + 1;
    auto replay = Replay::open(directory_.path() + "/journal", since);
    REQUIRE(replay);
    for (;;) {
      auto records = replay->next(1 << 20);
      REQUIRE(records);
      REQUIRE_FALSE(replay->take_gone());
      if (records->empty()) return;
      for (auto& [topic, payload] : *records)
        if (auto wrong = checker_.take(topic, payload); !wrong.empty()) FAIL(wrong);
    }
  }

  struct Printing {
    int lines = 0;        // that it prints
    int next = 0;         // that is expected
    std::string pending;  // seen of a line
  };
  void on_bytes(uint64_t launch, Tail tail, std::string_view bytes) {
    if (!printing_.contains(launch)) FAIL("launch " << launch << " prints after its end");
    auto& printing = printing_[launch];
    std::string all = printing.pending + std::string(bytes);
    size_t done = 0;
    for (size_t end; (end = all.find('\n', done)) != all.npos; done = end + 1)
      if (all.substr(done, end + 1 - done) != line_of(launch, printing.next++))
        FAIL("launch " << launch << " differs at line " << printing.next - 1);
    printing.pending = all.substr(done);
    // Last words that were shown as unfinished are not shown again at the pipe's end.
    if (printing.next == printing.lines && printing.pending == last_words(launch, printing.lines))
      printing_.erase(launch);
    else if (tail == Tail::eof)
      FAIL("launch " << launch << " ends after " << printing.next << " lines");
  }

  TempDir directory_{"/dev/shm"};
  std::mt19937 random_{std::random_device()()};
  int kills_wanted_;
  UniqueFd windows_;
  uint64_t last_launch_ = 0;
  std::vector<Launch> launches_;
  std::map<uint64_t, Printing> printing_;  // by launch
  RecordChecker checker_{
      [this](auto& key, auto& record, auto bytes) { on_bytes(key.first, record.tail, bytes); }};
};

TEST_CASE("a router that is killed at random instants loses, doubles and tears no line") {
  Storm storm(std::getenv("MUSTER_LONG") ? 10'000 : 200);
  storm.run();
  CHECK(storm.all_seen());
}

}  // namespace
}  // namespace muster
