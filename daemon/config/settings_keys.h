// The one table of the keys of muster.toml. Apart from settings.h, so that a new key concerns those
// alone who read the file or compare.
#pragma once

#include "daemon/config/settings.h"

namespace muster {

struct Key {
  std::string_view name;
  // When a value that has changed is in force for a process that runs: at once, or only for its
  // next launch, so that it is restarted.
  enum class Applies : uint8_t { at_once, at_start } applies;
  // The processes for which it can mean something: every launch, also a one-off's; those of a type
  // that is in the formation or run at its times; those of the formation alone.
  enum class Concerns : uint8_t { every, of_type, formation } concerns;
};

// There is a row per key. `visit` is called with the key and its value in each of `of`.
template <class Visit, class... S>
void for_each_key(Visit&& visit, S&... of) {
  using enum Key::Applies;
  using enum Key::Concerns;
  visit(Key{"backoff", at_once, formation}, of.restarting.backoff...);
  visit(Key{"boot_timeout", at_once, formation}, of.booting.timeout...);
  visit(Key{"core", at_start, every}, of.surroundings.core...);
  visit(Key{"cpu", at_start, every}, of.surroundings.quotas.cpu...);
  visit(Key{"cron", at_once, of_type}, of.cron...);
  visit(Key{"directory", at_start, every}, of.surroundings.directory...);
  visit(Key{"disk", at_start, every}, of.surroundings.disk...);
  visit(Key{"env", at_start, every}, of.env...);
  visit(Key{"give_up", at_once, formation}, of.restarting.give_up...);
  visit(Key{"grace", at_once, every}, of.stopping.grace...);
  visit(Key{"group", at_start, every}, of.surroundings.account.group...);
  visit(Key{"health", at_once, formation}, of.watching.health...);
  visit(Key{"isolate", at_start, every}, of.surroundings.isolate...);
  visit(Key{"kill", at_once, every}, of.stopping.audience...);
  visit(Key{"line_rate", at_start, every}, of.line_rate...);
  visit(Key{"listen", at_start, formation}, of.listen...);
  visit(Key{"max_age", at_once, of_type}, of.watching.max_age...);
  visit(Key{"max_memory", at_once, formation}, of.watching.max_memory...);
  visit(Key{"memory", at_start, every}, of.surroundings.quotas.memory...);
  visit(Key{"needs", at_once, formation}, of.needs...);
  visit(Key{"nice", at_start, every}, of.surroundings.nice...);
  visit(Key{"nofile", at_start, every}, of.surroundings.nofile...);
  visit(Key{"on_crash", at_once, of_type}, of.restarting.on_crash...);
  visit(Key{"oom_score", at_start, every}, of.surroundings.oom_score...);
  visit(Key{"pids", at_start, every}, of.surroundings.quotas.pids...);
  visit(Key{"ready", at_start, formation}, of.booting.ready...);
  visit(Key{"restart", at_once, formation}, of.restarting.when...);
  visit(Key{"roll", at_once, formation}, of.roll...);
  visit(Key{"signal", at_once, every}, of.stopping.signal...);
  visit(Key{"singleton", at_once, formation}, of.singleton...);
  visit(Key{"success", at_once, of_type}, of.restarting.success...);
  visit(Key{"tty", at_start, every}, of.surroundings.tty...);
  visit(Key{"umask", at_start, every}, of.surroundings.umask...);
  visit(Key{"user", at_start, every}, of.surroundings.account.user...);
  visit(Key{"watch", at_once, formation}, of.watching.sources...);
  visit(Key{"watchdog", at_start, formation}, of.watching.watchdog...);
}

}  // namespace muster
