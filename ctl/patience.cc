// See patience.h.
#include "ctl/patience.h"

#include <fmt/format.h>

#include <cmath>

#include "ctl/progress_line.h"

namespace muster {
namespace {

constexpr double longest_patience = 1e6;  // seconds
// Behind the daemon's own time, for its answer to come.
constexpr double answer_slack = 5;
// Where the daemon knows the time, its answer may be as far away as the longest grace. So it is
// asked from then on whether it is there.
constexpr Nanos doubt_after = 60s, doubt_every = 10s, forever = 366 * 24h;
// Work that is done sooner is shown by its end alone.
constexpr Nanos show_after = 500ms;

}  // namespace

std::optional<uint32_t> Patience::wait() const {
  if (no_wait || seconds == 0.0) return std::nullopt;
  return seconds ? static_cast<uint32_t>(std::ceil(*seconds)) : 0;
}

void add_patience(Options& options, Patience& patience) {
  options
      .number("--timeout", patience.seconds,
              "How long to wait, in seconds; else as long as the types' boot_timeout, at most 60, "
              "and their grace")
      .number_between(0, longest_patience)
      .shown_as("SECONDS");
  options.flag("--no-wait", patience.no_wait, "Return when it is begun, not when it is so");
}

Progress count_up(const Session& session, const std::vector<std::string>& names,
                  std::optional<MonoTime> begun) {
  auto reply = ask<PsReply>(session, PsRequest{names}, short_timeout);
  if (!reply) return std::nullopt;
  const Nanos since = begun ? read_clocks().mono - *begun : Nanos::max();
  std::pair<size_t, size_t> counted;
  for (auto& row : reply->processes) {
    if (row.process.starts_with("run.") || row.state == "down") continue;
    counted.second++;
    const bool is_new = std::chrono::milliseconds(row.age_ms) <= since;
    counted.first += row.state == "complete" || (row.state == "up" && is_new);
  }
  return counted;
}

Outcome<ReplyBody> ask_patiently_any(const Session& session, const RequestBody& body,
                                     const Patience& patience, const LongWork& work) {
  const bool waits = patience.wait().has_value();
  const MonoTime begun = read_clocks().mono;
  MonoTime doubt = begun + doubt_after;
  ProgressLine line(work.head, work.is_printed && session.out.is_terminal());
  const auto pulse = [&] {
    const MonoTime now = read_clocks().mono;
    if (line.is_shown() && now - begun >= show_after)
      if (const Progress progress = work.count(); progress && progress->second > 0)
        line.show(fmt::format("{} of {}", progress->first, progress->second));
    if (patience.seconds || now < doubt) return true;
    doubt = now + doubt_every;
    return ask<VersionReply>(session, VersionRequest{}, doubt_every).has_value();
  };
  const double own = patience.seconds.value_or(wait_seconds);
  const Nanos timeout = !waits             ? nanos_of(own)
                        : patience.seconds ? nanos_of(std::ceil(own) + answer_slack)
                                           : Nanos(forever);
  return ask_any(session, body, timeout, waits ? Pulse(pulse) : Pulse());
}

}  // namespace muster
