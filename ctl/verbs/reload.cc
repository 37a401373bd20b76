// ctl reload: the daemon reads Procfile and .env again and restarts only what changed.

#include "ctl/printers/text.h"
#include "ctl/verbs/verbs.h"

namespace muster {
namespace {

class Reload : public Verb {
 public:
  void add_options(Options& options) override { add_timeout(options, seconds_); }

  Outcome<int> run(Session& session) override {
    auto reply = ask<ReloadReply>(session, ReloadRequest{}, nanos_of(seconds_));
    if (!reply) return tl::unexpected(reply.error());
    for (auto& change : reply->changes) session.out.write(terminal_safe(change) + "\n");
    if (reply->changes.empty()) session.out.write("Nothing changed\n");
    return status_done;
  }

 private:
  double seconds_ = wait_seconds;
};

}  // namespace

std::unique_ptr<Verb> make_reload() { return std::make_unique<Reload>(); }

}  // namespace muster
