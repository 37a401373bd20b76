// ctl shutdown: stops everything, and comes back when the daemon is gone.
#include <thread>

#include "ctl/verbs/verbs.h"

namespace muster {
namespace {

// The kernel does not tell when a lock becomes free; this often is not felt, and costs nothing.
constexpr auto look_again = 5ms;

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
    auto reply = ask<DoneReply>(session, ShutdownRequest{}, nanos_of(seconds_));
    // A daemon that is gone before its answer was read has done what it was asked.
    if (!reply && !(ran && reply.error().code == ExitCode::no_daemon))
      return tl::unexpected(reply.error());
    while (daemon_runs(*endpoints)) {
      if (read_clocks().mono >= deadline)
        return failure(ExitCode::timeout,
                       "the daemon is still stopping its processes; look again with: ctl ps");
      std::this_thread::sleep_for(look_again);
    }
    return status_done;
  }

  double seconds_ = wait_seconds;
};

}  // namespace

std::unique_ptr<Verb> make_shutdown() { return std::make_unique<Shutdown>(); }

}  // namespace muster
