// See verb.h.
#include "ctl/verbs/verb.h"

#include <fmt/format.h>
#include <algorithm>
#include <iterator>
#include <vector>

#include "base/nearest.h"
#include "ctl/verbs/verbs.h"

namespace muster {
namespace {

// In the order of the help; the first of a group has its heading and an example of all.
constexpr VerbRow verbs[] = {
    {"ps", "Show the processes and their states", "Look at it", "ctl ps --wide web", make_ps},
    {"logs", "Show what the processes printed and what muster did", "Look at it",
     "ctl logs -t web --since 10m", make_logs, Afar::asked_or_there},
    {"top", "Show live what each process uses", "Look at it", "ctl top", make_top},
    {"events", "Show what muster does, as it happens", "Look at it", "ctl events", make_events},
    {"status", "Show the health of the daemon", "Look at it", "ctl status", make_status},
    {"apps", "Show your apps on this machine, for root everybody's", "Look at it", "ctl apps",
     make_apps, Afar::there, true},
    {"wait", "Wait until the processes are up", "Look at it", "ctl wait --timeout 30 web",
     make_wait},
    {"scale", "Show the formation, or change how many processes of a type run",
     "Change how it runs", "ctl scale web=2 worker+1", make_scale},
    {"restart", "Restart all processes, a type's, or single ones", "Change how it runs",
     "ctl restart web", make_restart},
    {"stop", "Stop processes and keep them down", "Change how it runs", "ctl stop worker.2",
     make_stop},
    {"start", "Start processes that were stopped", "Change how it runs", "ctl start worker.2",
     make_start},
    {"kill", "Send a signal to processes", "Change how it runs", "ctl kill -s HUP web.1",
     make_kill},
    {"reload", "Read the app's files again and restart what changed", "Change how it runs",
     "ctl reload", make_reload},
    {"check", "Check the Procfile, .env and muster.toml; needs no daemon", "Change how it runs",
     "ctl check --strict", make_check, Afar::not_from_afar},
    {"run", "Run a one-off command in the app's environment", "Run something in it",
     "ctl run -e DEBUG=1 -- python manage.py migrate", make_run},
    {"exec", "Run a command, or a shell, inside a running process", "Run something in it",
     "ctl exec web.1 env", make_exec},
    {"attach", "Talk to a process that has a terminal", "Run something in it",
     "ctl attach console.1", make_attach},
    {"config", "Show, set or unset the config vars", "Releases", "ctl config set QUEUE=urgent",
     make_config},
    {"releases", "Show what was changed: config vars, code", "Releases", "ctl releases -n 5",
     make_releases},
    {"rollback", "Go back to an earlier release", "Releases", "ctl rollback v3", make_rollback},
    {"create", "Make a git repository that deploys what is pushed", "Releases", "ctl create shop",
     make_create},
    {"receive", "Deploy what is pushed: for the hook of that repository", "Releases",
     "git push muster main", make_receive, Afar::not_from_afar},
    {"import", "Make a Procfile of another supervisor's file", "Come and go",
     "ctl import supervisord.conf --into shop", make_import, Afar::not_from_afar},
    {"export", "Show or write the files of another system for the app", "Come and go",
     "ctl export systemd units", make_export, Afar::not_from_afar},
    {"enable", "Have the app started at boot", "The daemon and ctl itself", "ctl enable shop",
     make_enable, Afar::there},
    {"disable", "Have it not started at boot any more", "The daemon and ctl itself",
     "ctl disable shop", make_disable, Afar::there},
    {"destroy", "Remove all that is kept of an app that does not run", "The daemon and ctl itself",
     "ctl destroy shop", make_destroy, Afar::there, true},
    {"upgrade", "Let the programs that are installed now take over", "The daemon and ctl itself",
     "ctl upgrade", make_upgrade},
    {"shutdown", "Stop everything, the daemon too", "The daemon and ctl itself",
     "ctl -a shop shutdown", make_shutdown},
    {"where", "Show where the app's files and sockets are", "The daemon and ctl itself",
     "ctl where", make_where, Afar::there},
    {"serve", "Stand at the far end of ssh for a ctl on another machine",
     "The daemon and ctl itself", "ctl serve --role read -a shop", make_serve, Afar::not_from_afar},
    {"key", "Say who may come in from other machines", "The daemon and ctl itself",
     "ctl key add shipper read mk1...", make_key},
    {"join", "Come in to an app of another machine by an invitation", "The daemon and ctl itself",
     "ctl join", make_join, Afar::not_from_afar},
    {"version", "Show the versions of ctl and the daemon", "The daemon and ctl itself",
     "ctl version", make_version},
    {"completion", "Print completion for bash, zsh or fish", "The daemon and ctl itself",
     "source <(ctl completion bash)", make_completion, Afar::no_matter},
    {"manual", "Print a manual page; `ctl manual | man -l -`", "The daemon and ctl itself",
     "ctl manual | man -l -", make_manual, Afar::no_matter},
};

// Never put into anybody's mouth.
constexpr std::string_view ending[] = {"stop", "kill", "shutdown", "disable", "destroy"};

}  // namespace

std::span<const VerbRow> all_verbs() { return verbs; }

const VerbRow* find_verb(std::string_view name) {
  for (auto& verb : verbs)
    if (verb.name == name) return &verb;
  return nullptr;
}

bool ends_things(const VerbRow& row) {
  return std::find(std::begin(ending), std::end(ending), row.name) != std::end(ending);
}

const VerbRow* nearest_verb(std::string_view name) {
  constexpr size_t long_enough = 5, shortest_beginning = 3;
  std::vector<std::string_view> names;
  const VerbRow* begun = nullptr;
  for (auto& verb : verbs) {
    if (ends_things(verb)) continue;
    names.push_back(verb.name);
    if (!begun && name.size() >= shortest_beginning && verb.name.starts_with(name)) begun = &verb;
  }
  if (begun) return begun;
  // Two slips make any other word of a short one.
  const auto meant = nearest(name, names, name.size() < long_enough ? 1 : 2);
  return meant ? find_verb(*meant) : nullptr;
}

std::string overview() {
  std::string text = "Usage: ctl VERB [-a APP] [-H HOST] [OPTIONS]\n";
  std::string_view group;
  for (auto& verb : verbs) {
    if (verb.group != group) text += fmt::format("\n{}, as in `{}`:\n", verb.group, verb.example);
    group = verb.group;
    text += fmt::format("  {:<12}{}\n", verb.name, verb.summary);
  }
  text +=
      "\n`ctl help VERB` says more, with an example. The app is -a APP, else $MUSTER_APP, else the "
      "directory\nof the nearest Procfile upward. Its machine is -H ssh://USER@HOST, else "
      "$MUSTER_HOST, else this one.\nExit status: 0 done, 1 the answer is no, 2 "
      "usage, 3 no daemon, 4 timeout.\n";
  return text;
}

Options head_of(const VerbRow& row) {
  // Wide enough for the longest option with its value.
  constexpr size_t help_column = 32;
  Options options(std::string(row.summary) + ".", fmt::format("ctl {}", row.name), help_column);
  options.example(std::string(row.example));
  return options;
}

void add_timeout(Options& options, double& seconds) {
  constexpr double longest = 1e6;
  options.number("--timeout", seconds, "How long to wait, in seconds")
      .number_between(0, longest)
      .shown_as(fmt::format("SECONDS [{:g}]", seconds));
}

}  // namespace muster
