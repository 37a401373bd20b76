// ctl wait: returns when all is up, or has done what it was for.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <thread>

#include "base/quantity.h"
#include "ctl/verbs/verbs.h"

namespace muster {
namespace {

constexpr Nanos pause = 100ms;

class Wait : public Verb {
 public:
  void add_options(Options& options) override {
    options.texts("NAME", names_, "Only for these types (web) or processes (web.1)");
    add_timeout(options, seconds_);
    options
        .word(
            "--healthy-for",
            [this](const std::string& word) -> std::optional<std::string> {
              auto length = parse_duration(word);
              if (!length) return length.message();
              healthy_for_ = *length;
              return {};
            },
            "Until they have been so for this long, such as 5s, and none was launched anew")
        .shown_as("DURATION");
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
      const MonoTime now = read_clocks().mono;
      if (missing == rows.end()) {
        note(rows, now);
        if (now - since_ >= healthy_for_) return status_done;
      } else {
        is_noted_ = false;
      }
      if (now >= deadline && missing == rows.end())
        return failure(ExitCode::timeout,
                       fmt::format("all are up, but not for {} after {}", format_age(healthy_for_),
                                   format_age(nanos_of(seconds_))));
      if (now >= deadline)
        return failure(
            ExitCode::timeout,
            fmt::format("{} is {} after {}; look at: ctl logs -p {}", missing->process,
                        missing->state, format_age(nanos_of(seconds_)), missing->process));
      std::this_thread::sleep_for(pause);
    }
  }

 private:
  // The launches that are up now; others than before begin anew.
  void note(const std::vector<ProcessRow>& rows, MonoTime now) {
    std::map<std::string, int64_t> pids;
    for (auto& row : rows) pids[row.process] = row.pid.value_or(0);
    if (pids == pids_ && is_noted_) return;
    pids_ = std::move(pids);
    since_ = now;
    is_noted_ = true;
  }

  std::map<std::string, int64_t> pids_;
  MonoTime since_{};
  bool is_noted_ = false;
  Nanos healthy_for_{};
  std::vector<std::string> names_;
  double seconds_ = wait_seconds;
};

}  // namespace

std::unique_ptr<Verb> make_wait() { return std::make_unique<Wait>(); }

}  // namespace muster
