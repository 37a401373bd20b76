// See truth.h.
#include "ctl/deploy/truth.h"

#include <fmt/format.h>
#include <algorithm>
#include <thread>

#include "daemon/config/formation.h"
#include "daemon/config/model.h"
#include "proto/process_name.h"

namespace muster {
namespace {

// A program that has just been replaced twice may take some time to be up again.
constexpr Nanos come_back_time = 20s;
constexpr auto come_back_pause = 100ms;
constexpr size_t most_told = 5;

struct Living {
  FormationCounts up;
  std::vector<std::string> others;  // "web.2 is crashed"
  bool is_settled = true;
};

Living living_of(const PsReply& reply) {
  Living living;
  for (auto& row : reply.processes) {
    const auto name = parse_process_name(row.process);
    if (!name || name->type == one_off_type || name->type == release_type) continue;
    if (row.state == "up") {
      living.up[name->type]++;
    } else if (row.state != "down" && row.state != "complete") {
      living.others.push_back(fmt::format("{} is {}", row.process, row.state));
      living.is_settled &= row.state != "starting" && row.state != "stopping";
    }
  }
  return living;
}

Outcome<Living> ask_who_lives(const Session& session, Came came) {
  const MonoTime deadline = read_clocks().mono + come_back_time;
  for (;;) {
    auto reply = ask<PsReply>(session, PsRequest{}, short_timeout);
    if (!reply) return tl::unexpected(reply.error());
    Living living = living_of(*reply);
    if (came == Came::to_nothing || living.is_settled || read_clocks().mono >= deadline)
      return living;
    std::this_thread::sleep_for(come_back_pause);
  }
}

// "v4", or "v6, which is v4 again,".
std::string name_of_release(const ReleasesReply& known, const std::string& app, Came came) {
  constexpr std::string_view back_to = "Rollback to ";
  if (known.releases.empty()) return app;
  const ReleaseRow& now = known.releases.back();
  const bool is_known = came == Came::and_went && now.change.starts_with(back_to);
  if (!is_known) return fmt::format("v{}", now.version);
  return fmt::format("v{}, which is {} again,", now.version, now.change.substr(back_to.size()));
}

}  // namespace

std::string what_runs_now(const Session& session, const std::string& app, Came came) {
  const std::string nothing = fmt::format("Nothing of {} runs", app);
  const auto known = ask<ReleasesReply>(session, ReleasesRequest{}, short_timeout);
  const auto living = known ? ask_who_lives(session, came) : tl::unexpected(known.error());
  if (!living)
    return living.error().code == ExitCode::no_daemon
               ? nothing
               : fmt::format("What runs of {} is not known: {}", app, living.error().message);
  std::string text = living->up.empty()
                         ? nothing
                         : fmt::format("{} {}: {}", name_of_release(*known, app, came),
                                       came == Came::and_went ? "runs" : "still runs",
                                       format_formation(living->up));
  for (size_t i = 0; i < living->others.size() && i < most_told; i++)
    text += "; " + living->others[i];
  if (living->others.size() > most_told)
    text += fmt::format("; and {} more", living->others.size() - most_told);
  return text;
}

}  // namespace muster
