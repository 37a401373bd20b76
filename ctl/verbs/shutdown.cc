// ctl shutdown: stops everything, and comes back when the daemon is gone. Keeps: what it calls done
// is done, whatever has become of the daemon before it answered.
#include <fmt/format.h>
#include <thread>

#include "base/process_start.h"
#include "ctl/verbs/verbs.h"

namespace muster {
namespace {

// The kernel does not tell when a lock becomes free; this often is not felt, and costs nothing.
constexpr auto look_again = 5ms;
// A supervisor that was killed may have taken the request with it: then it is made again.
constexpr Nanos request_again = 5s;

struct Running {
  std::string process;
  int64_t pid;
  uint64_t start;
};

// The pids that a daemon tells are those of its own pid namespace, which may be a container's. Here
// they mean the same if its two processes are parent and child here too.
bool tells_our_pids(const StatusReply& status) {
  return status.keeper_pid != 0 && status.supervisor_pid != 0 &&
         parent_of_process(status.supervisor_pid) == status.keeper_pid;
}

std::vector<Running> running_of(const Session& session, Nanos patience) {
  std::vector<Running> running;
  const auto status = ask<StatusReply>(session, StatusRequest{}, patience);
  if (!status || !tells_our_pids(*status)) return running;
  const auto reply = ask<PsReply>(session, PsRequest{}, patience);
  if (!reply) return running;
  for (auto& row : reply->processes)
    if (row.pid) running.push_back({row.process, *row.pid, start_of_process(*row.pid)});
  return running;
}

class Shutdown : public Verb {
 public:
  void add_options(Options& options) override { add_timeout(options, seconds_); }

  Outcome<int> run(Session& session) override {
    session.out.write("Shutting down... ");
    session.out.flush();
    auto gone = shut_down(session);
    session.out.write(gone ? "done\n" : "failed\n");
    return gone;
  }

 private:
  Outcome<int> shut_down(const Session& session) const {
    const MonoTime deadline = read_clocks().mono + nanos_of(seconds_);
    auto endpoints = find_endpoints(session);
    if (!endpoints) return tl::unexpected(endpoints.error());
    const bool ran = daemon_runs(*endpoints);
    // The pids of another machine say nothing here.
    const auto before =
        ran && !endpoints->far ? running_of(session, nanos_of(seconds_)) : std::vector<Running>();
    if (auto answered = ask_until(session, deadline, ran); !answered)
      return tl::unexpected(answered.error());
    while (daemon_runs(*endpoints)) {
      if (read_clocks().mono >= deadline) return still_stopping();
      std::this_thread::sleep_for(look_again);
    }
    for (auto& one : before)
      if (one.start != 0 && start_of_process(one.pid) == one.start)
        return failure(ExitCode::no,
                       fmt::format("the daemon was killed before it had stopped everything: {} "
                                   "(pid {}) still runs; musterd -d takes it over",
                                   one.process, one.pid));
    return status_done;
  }

  // A daemon that is gone before its answer was read may have done what it was asked.
  static Outcome<void> ask_until(const Session& session, MonoTime deadline, bool ran) {
    for (;;) {
      const Nanos left = deadline - read_clocks().mono;
      auto reply = ask<DoneReply>(session, ShutdownRequest{}, std::min(left, request_again));
      if (reply || (ran && reply.error().code == ExitCode::no_daemon)) return {};
      if (reply.error().code != ExitCode::timeout) return tl::unexpected(reply.error());
      if (read_clocks().mono < deadline) continue;
      const bool answers = ask<VersionReply>(session, VersionRequest{}, 1s).has_value();
      return tl::unexpected(answers ? still_stopping().error() : reply.error());
    }
  }

  static Outcome<int> still_stopping() {
    return failure(ExitCode::timeout,
                   "the daemon is still stopping its processes; look again with: ctl ps");
  }

  double seconds_ = wait_seconds;
};

}  // namespace

std::unique_ptr<Verb> make_shutdown() { return std::make_unique<Shutdown>(); }

}  // namespace muster
