// See verb.h.
#include "ctl/verbs/verb.h"

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <vector>

#include "ctl/verbs/verbs.h"

namespace muster {
namespace {

constexpr VerbRow verbs[] = {
    {"ps", "Show the processes and their states", make_ps},
    {"scale", "Show the formation, or change how many processes of a type run", make_scale},
    {"logs", "Show what the processes printed and what muster did", make_logs},
    {"restart", "Restart all processes, a type's, or single ones", make_restart},
    {"stop", "Stop processes and keep them down", make_stop},
    {"start", "Start processes that were stopped", make_start},
    {"run", "Run a one-off command in the app's environment", make_run},
    {"wait", "Wait until the processes are up", make_wait},
    {"events", "Show what muster does, as it happens", make_events},
    {"apps", "Show all daemons of yours on this machine", make_apps},
    {"check", "Check the Procfile and .env files; needs no daemon", make_check},
    {"status", "Show the health of the daemon", make_status},
    {"reload", "Read Procfile and .env again and restart what changed", make_reload},
    {"shutdown", "Stop everything, the daemon too", make_shutdown},
    {"upgrade", "Let the programs that are installed now take over", make_upgrade},
    {"version", "Show the versions of ctl and the daemon", make_version},
};

// Levenshtein's: letters to insert, delete or replace.
size_t edits_between(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::span<const VerbRow> all_verbs() { return verbs; }

const VerbRow* find_verb(std::string_view name) {
  for (auto& verb : verbs)
    if (verb.name == name) return &verb;
  return nullptr;
}

const VerbRow* nearest_verb(std::string_view name) {
  constexpr size_t longest_guess = 32;  // nothing longer is a verb with a slip in it
  constexpr size_t most_slips = 2;      // two letters that have changed places
  if (name.size() > longest_guess) return nullptr;
  auto distance = [&](const VerbRow& verb) { return edits_between(name, verb.name); };
  const VerbRow* best = &*std::min_element(
      std::begin(verbs), std::end(verbs),
      [&](const VerbRow& a, const VerbRow& b) { return distance(a) < distance(b); });
  const size_t slips = distance(*best);
  return slips <= most_slips && slips <= std::max<size_t>(name.size(), 2) - 1 ? best : nullptr;
}

std::string overview() {
  std::string text = "Usage: ctl VERB [-a APP] [OPTIONS]\n\n";
  for (auto& verb : verbs) text += fmt::format("  {:<10}{}\n", verb.name, verb.summary);
  text +=
      "\n`ctl VERB --help` says more. The app is -a APP, else $MUSTER_APP, else the directory of "
      "the\nnearest Procfile upward.\nExit status: 0 done, 1 the answer is no, 2 usage, 3 no "
      "daemon, "
      "4 timeout.\n";
  return text;
}

void add_timeout(CLI::App& app, double& seconds) {
  constexpr double longest = 1e6;
  app.add_option("--timeout", seconds, "How long to wait, in seconds")
      ->check(CLI::Range(0.0, longest))
      ->option_text(fmt::format("SECONDS [{:g}]", seconds));
}

}  // namespace muster
