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
};

// One row per key. `visit` is called with the key and its value in each of `of`.
template <class Visit, class... S>
void for_each_key(Visit&& visit, S&... of) {
  using enum Key::Applies;
  visit(Key{"backoff", at_once}, of.restarting.backoff...);
  visit(Key{"boot_timeout", at_once}, of.booting.timeout...);
  visit(Key{"core", at_start}, of.surroundings.core...);
  visit(Key{"cpu", at_start}, of.surroundings.quotas.cpu...);
  visit(Key{"cron", at_once}, of.cron...);
  visit(Key{"directory", at_start}, of.surroundings.directory...);
  visit(Key{"disk", at_start}, of.surroundings.disk...);
  visit(Key{"env", at_start}, of.env...);
  visit(Key{"give_up", at_once}, of.restarting.give_up...);
  visit(Key{"grace", at_once}, of.stopping.grace...);
  visit(Key{"group", at_start}, of.surroundings.account.group...);
  visit(Key{"health", at_once}, of.watching.health...);
  visit(Key{"isolate", at_start}, of.surroundings.isolate...);
  visit(Key{"kill", at_once}, of.stopping.audience...);
  visit(Key{"line_rate", at_start}, of.line_rate...);
  visit(Key{"listen", at_start}, of.listen...);
  visit(Key{"max_age", at_once}, of.watching.max_age...);
  visit(Key{"max_memory", at_once}, of.watching.max_memory...);
  visit(Key{"memory", at_start}, of.surroundings.quotas.memory...);
  visit(Key{"needs", at_once}, of.needs...);
  visit(Key{"nice", at_start}, of.surroundings.nice...);
  visit(Key{"nofile", at_start}, of.surroundings.nofile...);
  visit(Key{"oom_score", at_start}, of.surroundings.oom_score...);
  visit(Key{"pids", at_start}, of.surroundings.quotas.pids...);
  visit(Key{"ready", at_start}, of.booting.ready...);
  visit(Key{"restart", at_once}, of.restarting.when...);
  visit(Key{"roll", at_once}, of.roll...);
  visit(Key{"signal", at_once}, of.stopping.signal...);
  visit(Key{"singleton", at_once}, of.singleton...);
  visit(Key{"success", at_once}, of.restarting.success...);
  visit(Key{"tty", at_start}, of.surroundings.tty...);
  visit(Key{"umask", at_start}, of.surroundings.umask...);
  visit(Key{"user", at_start}, of.surroundings.account.user...);
  visit(Key{"watchdog", at_start}, of.watching.watchdog...);
}

}  // namespace muster
