// ctl wait: returns when all is up, or has done what it was for.
#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "ctl/verbs/verbs.h"

namespace muster {
namespace {

constexpr Nanos pause = 100ms;

class Wait : public Verb {
 public:
  void add_options(Options& options) override {
    options.texts("NAME", names_, "Only for these types (web) or processes (web.1)");
    add_timeout(options, seconds_);
  }

  Outcome<int> run(Session& session) override {
    const MonoTime deadline = read_clocks().mono + nanos_of(seconds_);
    for (;;) {
      auto reply = ask<PsReply>(session, PsRequest{names_}, short_timeout);
      if (!reply) return tl::unexpected(reply.error());
      auto& rows = reply->processes;
      const auto failed =
          std::find_if(rows.begin(), rows.end(), [](auto& row) { return row.state == "failed"; });
      if (failed != rows.end())
        return failure(ExitCode::no, fmt::format("{} has failed; look at: ctl logs -p {}",
                                                 failed->process, failed->process));
      const auto missing = std::find_if(rows.begin(), rows.end(), [](auto& row) {
        return row.state != "up" && row.state != "complete" && row.state != "down";
      });
      if (missing == rows.end()) return status_done;
      if (read_clocks().mono >= deadline)
        return failure(
            ExitCode::timeout,
            fmt::format("{} is {} after {}; look at: ctl logs -p {}", missing->process,
                        missing->state, format_age(nanos_of(seconds_)), missing->process));
      std::this_thread::sleep_for(pause);
    }
  }

 private:
  std::vector<std::string> names_;
  double seconds_ = wait_seconds;
};

}  // namespace

std::unique_ptr<Verb> make_wait() { return std::make_unique<Wait>(); }

}  // namespace muster
