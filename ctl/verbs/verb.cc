// See verb.h.
#include "ctl/verbs/verb.h"

#include <fmt/format.h>
#include <vector>

#include "base/nearest.h"
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
    {"kill", "Send a signal to processes", make_kill},
    {"run", "Run a one-off command in the app's environment", make_run},
    {"exec", "Run a command, or a shell, in the midst of a running process", make_exec},
    {"attach", "Talk to a process that has a terminal", make_attach},
    {"config", "Show, set or unset the config vars", make_config},
    {"releases", "Show what was changed: config vars, code", make_releases},
    {"rollback", "Go back to an earlier release", make_rollback},
    {"create", "Make a git repository that deploys what is pushed", make_create},
    {"receive", "Deploy what is pushed: for the hook of that repository", make_receive},
    {"top", "Show live what each process uses", make_top},
    {"wait", "Wait until the processes are up", make_wait},
    {"events", "Show what muster does, as it happens", make_events},
    {"apps", "Show all daemons of yours on this machine", make_apps},
    {"check", "Check the Procfile, .env and muster.toml; needs no daemon", make_check},
    {"status", "Show the health of the daemon", make_status},
    {"reload", "Read the app's files again and restart what changed", make_reload},
    {"shutdown", "Stop everything, the daemon too", make_shutdown},
    {"upgrade", "Let the programs that are installed now take over", make_upgrade},
    {"version", "Show the versions of ctl and the daemon", make_version},
    {"completion", "Print completion for bash, zsh or fish", make_completion},
    {"manual", "Print the manual page; `ctl manual | man -l -`", make_manual},
};

}  // namespace

std::span<const VerbRow> all_verbs() { return verbs; }

const VerbRow* find_verb(std::string_view name) {
  for (auto& verb : verbs)
    if (verb.name == name) return &verb;
  return nullptr;
}

const VerbRow* nearest_verb(std::string_view name) {
  std::vector<std::string_view> names;
  for (auto& verb : verbs) names.push_back(verb.name);
  const auto meant = nearest(name, names);
  return meant ? find_verb(*meant) : nullptr;
}

std::string overview() {
  std::string text = "Usage: ctl VERB [-a APP] [OPTIONS]\n\n";
  for (auto& verb : verbs) text += fmt::format("  {:<12}{}\n", verb.name, verb.summary);
  text +=
      "\n`ctl VERB --help` says more. The app is -a APP, else $MUSTER_APP, else the directory of "
      "the\nnearest Procfile upward.\nExit status: 0 done, 1 the answer is no, 2 usage, 3 no "
      "daemon, "
      "4 timeout.\n";
  return text;
}

Options head_of(const VerbRow& row) {
  // Wide enough for the longest option with its value.
  constexpr size_t help_column = 32;
  return Options(std::string(row.summary) + ".", fmt::format("ctl {}", row.name), help_column);
}

void add_timeout(Options& options, double& seconds) {
  constexpr double longest = 1e6;
  options.number("--timeout", seconds, "How long to wait, in seconds")
      .number_between(0, longest)
      .shown_as(fmt::format("SECONDS [{:g}]", seconds));
}

}  // namespace muster
