// ctl upgrade: the daemon's programs are replaced by those that are installed now; processes and
// lines are untouched. Comes back when the new supervisor answers.
#include <fmt/format.h>
#include <thread>

#include "ctl/verbs/verbs.h"

namespace muster {
namespace {

// The old daemon does not tell when the new one is ready; this often is not felt.
constexpr auto ask_again = 10ms;
constexpr Nanos answer_patience = 3s;

class Upgrade : public Verb {
 public:
  void add_options(Options& options) override { add_timeout(options, seconds_); }

  Outcome<int> run(Session& session) override {
    const MonoTime deadline = read_clocks().mono + nanos_of(seconds_);
    auto before = ask<StatusReply>(session, StatusRequest{}, short_timeout);
    if (!before) return tl::unexpected(before.error());
    session.out.write("Upgrading... ");
    session.out.flush();
    auto after = replace(session, *before, deadline);
    session.out.write(after ? "done\n" : "failed\n");
    if (!after) return tl::unexpected(after.error());
    session.out.write(fmt::format("musterd {} -> {}\n", before->version, after->version));
    return status_done;
  }

 private:
  // The old one may be gone before its answer is read: then the new one answers for it.
  Outcome<StatusReply> replace(const Session& session, const StatusReply& before,
                               MonoTime deadline) const {
    auto reply = ask<DoneReply>(session, UpgradeRequest{}, answer_patience);
    if (!reply && reply.error().code == ExitCode::no) return tl::unexpected(reply.error());
    while (read_clocks().mono < deadline) {
      auto now = ask<StatusReply>(session, StatusRequest{}, short_timeout);
      if (now && now->supervisor_pid != before.supervisor_pid) return std::move(*now);
      std::this_thread::sleep_for(ask_again);
    }
    return failure(ExitCode::timeout, "the new supervisor does not answer; look at: ctl status");
  }

  double seconds_ = wait_seconds;
};

}  // namespace

std::unique_ptr<Verb> make_upgrade() { return std::make_unique<Upgrade>(); }

}  // namespace muster
