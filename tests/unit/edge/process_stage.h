// A stage for tests of launches: a loop, real processes, and outputs that only remember. Waits for
// what is expected, with a deadline, and tells what came instead.
#pragma once

#include <fcntl.h>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/uv/loop.h"
#include "base/uv/poll.h"
#include "base/uv/timer.h"
#include "daemon/edge/launch/launches.h"
#include "daemon/edge/linux/machine.h"
#include "daemon/edge/store/ledger.h"

namespace muster {

// Remembers what each launch printed.
class RememberedOutput : public Output {
 public:
  explicit RememberedOutput(Loop& loop) : loop_(loop) {}

  Result<> open(const Launch& launch, PipeEnds ends) override {
    auto& streams = launches_[launch.launch];
    input_ = std::move(ends.in);
    streams[0].pipe = std::move(ends.out);
    streams[1].pipe = std::move(ends.err);
    for (auto& stream : streams) {
      stream.poll = std::make_unique<Poll>(loop_, stream.pipe.get(), [&] {
        if (read_some(stream)) return;
        stream.poll->watch(Poll::nothing);
        if (on_ended) on_ended();
      });
    }
    return {};
  }
  void begin(LaunchId launch) override {
    for (auto& stream : launches_[launch]) stream.poll->watch(Poll::readable);
  }
  void drain(LaunchId launch) override {
    for (auto& stream : launches_[launch]) {
      while (read_some(stream)) {
      }
    }
  }
  bool ended(LaunchId launch) const override {
    auto& streams = launches_.at(launch);
    return streams[0].ended && streams[1].ended;
  }
  Nanos patience(LaunchId) const override { return patience_; }
  std::array<int, 2> pipes(LaunchId) const override { return {-1, -1}; }
  void close(LaunchId launch) override {
    for (auto& stream : launches_[launch]) {
      stream.poll.reset();
      stream.pipe.reset();
    }
  }

  const std::string& text(LaunchId launch, size_t stream = 0) {
    return launches_[launch][stream].text;
  }
  UniqueFd& input() { return input_; }

  std::function<void()> on_ended;
  Nanos patience_ = 1s;

 private:
  struct Remembered {
    UniqueFd pipe;
    std::unique_ptr<Poll> poll;
    std::string text;
    bool ended = false;
  };

  // False at the end, and when there is nothing for now.
  bool read_some(Remembered& stream) {
    char chunk[65536];
    ssize_t n = stream.pipe ? read(stream.pipe.get(), chunk, sizeof chunk) : 0;
    if (n > 0) stream.text.append(chunk, static_cast<size_t>(n));
    if (n == 0) stream.ended = true;
    return n > 0;
  }

  Loop& loop_;
  std::map<LaunchId, std::array<Remembered, 2>> launches_;
  UniqueFd input_;
};

// Without a keeper.
class NothingKept : public FdStore {
 public:
  void keep(LaunchId, const Ends&, pid_t) override {}
  void keep_pid(LaunchId, pid_t) override {}
  void release_pid(LaunchId) override {}
  void forget(LaunchId) override {}
  std::optional<KeptLaunch> take(LaunchId) override { return {}; }
};

class AskingInMemory : public AskingKept {
 public:
  void keep_asking(LaunchId launch, const Asking& asking) override { kept_[launch] = asking; }
  void forget_asking(LaunchId launch) override { kept_.erase(launch); }
  Asking kept_asking(LaunchId launch) const override {
    auto found = kept_.find(launch);
    return found == kept_.end() ? Asking() : found->second;
  }

 private:
  std::map<LaunchId, Asking> kept_;
};

class ProcessStage {
 public:
  // Processes get cgroups below `cgroup`, or none where it is empty.
  explicit ProcessStage(std::string directory = "/", const std::string& cgroup = "")
      : log(loop),
        attached(loop),
        processes(loop, ProcessTree("stage", new_run(""), 0), LaunchCgroups(cgroup),
                  make_spawner(loop, std::move(directory)), keeping, asking, log, attached,
                  [this](Event event) { take(std::move(event)); }),
        cgroup_(cgroup) {
    log.on_ended = attached.on_ended = [this] { processes.output_changed(); };
    static auto subreaper = become_subreaper();
    if (!subreaper) throw std::runtime_error(subreaper.message());
  }
  // A process that a failed test has left behind must not outlive it.
  ~ProcessStage() {
    for (auto& [launch, seen] : launches) processes.kill(launch, SIGKILL);
    run_until([&] { return processes.empty(); });
    if (!cgroup_.empty()) Cgroup(cgroup_).remove();
  }

  struct Seen {
    std::optional<Launched> launched;
    std::optional<LaunchFailed> failed;
    std::optional<Exited> exited;
    bool gone = false;
    std::string order;  // "LEG" or "F"
  };

  LaunchId start(Launch launch) {
    launch.launch = next_++;
    if (launch.process.type.empty()) launch.process = {"web", 1};
    launches[launch.launch];
    processes.start(launch);
    return launch.launch;
  }
  LaunchId start(std::string command) {
    Launch launch;
    launch.command = std::move(command);
    return start(std::move(launch));
  }
  LaunchId start_argv(std::vector<std::string> argv) {
    Launch launch;
    launch.argv = std::move(argv);
    return start(std::move(launch));
  }

  // Runs the loop until it is so; false if it never comes to that.
  template <class Condition>
  bool run_until(Condition condition, Nanos limit = 20s) {
    bool late = false;
    Timer deadline(loop, [&] { late = true; });
    deadline.after(limit);
    while (!condition() && !late) loop.turn(true);
    return condition();
  }
  bool run_until_gone(LaunchId launch) {
    return run_until([&] { return seen(launch).gone || seen(launch).failed; });
  }
  bool run_until_printed(LaunchId launch, const std::string& text) {
    return run_until([&] { return log.text(launch).find(text) != std::string::npos; });
  }
  Seen& seen(LaunchId launch) { return launches.at(launch); }
  // Starts it, waits for its end and returns what it printed to stdout.
  std::string output_of(std::string command) {
    auto launch = start(std::move(command));
    return run_until_gone(launch) ? log.text(launch) : "it never ended";
  }

  Loop loop;
  RememberedOutput log, attached;
  NothingKept keeping;
  AskingInMemory asking;
  std::map<LaunchId, Seen> launches;
  Launches processes;

 private:
  static Spawner make_spawner(Loop& loop, std::string directory) {
    auto spawner =
        Spawner::open(loop, {std::move(directory), {}, find_beside_us("muster-exec"), 512});
    if (!spawner) throw std::runtime_error(spawner.message());
    return std::move(*spawner);
  }

  void take(Event event) {
    if (auto* e = std::get_if<Launched>(&event)) note(e->launch, 'L').launched = *e;
    if (auto* e = std::get_if<LaunchFailed>(&event)) note(e->launch, 'F').failed = *e;
    if (auto* e = std::get_if<Exited>(&event)) note(e->launch, 'E').exited = *e;
    if (auto* e = std::get_if<Gone>(&event)) note(e->launch, 'G').gone = true;
  }
  Seen& note(LaunchId launch, char letter) {
    auto& seen = launches.at(launch);
    seen.order += letter;
    return seen;
  }

  std::string cgroup_;
  LaunchId next_ = 1;
};

}  // namespace muster
