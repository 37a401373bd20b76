// What muster.toml says of a process type, as plain values, and the one table of its keys. Knows no
// file format. Keeps: a Settings that nothing was said about is a bare Procfile's.
#pragma once

#include <csignal>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace muster {

// In order; a later pair wins over an earlier one of the same name.
using Environment = std::vector<std::pair<std::string, std::string>>;

struct Signal {
  int number = SIGTERM;
  bool operator==(const Signal&) const = default;
};
std::string name_of(Signal signal);  // "SIGTERM"

struct FileMask {
  uint32_t bits = 0;
  bool operator==(const FileMask&) const = default;
};

struct Niceness {
  int value = 0;  // -20 to 19, the highest yields most
  bool operator==(const Niceness&) const = default;
};

struct ResourceLimit {
  static constexpr uint64_t unlimited = UINT64_MAX;
  uint64_t value = unlimited;
  bool operator==(const ResourceLimit&) const = default;
};

// How a process is told to end.
struct Stopping {
  Signal signal;
  std::optional<Nanos> grace;  // from the signal to SIGKILL; none: the daemon's own
  bool operator==(const Stopping&) const = default;
};

// Whether a process that has ended by itself is launched again.
enum class Restart : uint8_t { always, on_failure, never };

// How long a process that keeps crashing waits: the base from its second crash in a row on, then
// twice as long each time, up to the cap.
struct Backoff {
  Nanos base = 10s, cap = 10min;
  bool operator==(const Backoff&) const = default;
};

// So many crashes within such a time are enough.
struct GiveUp {
  static constexpr uint32_t most_crashes = 100;  // the time of each is remembered
  uint32_t crashes = 0;
  Nanos within = 10min;
  bool operator==(const GiveUp&) const = default;
};

// What becomes of a process that has ended by itself.
struct Restarting {
  Restart when = Restart::always;
  std::vector<int32_t> success{0};  // statuses that are no failure, as a shell reports them
  std::optional<Backoff> backoff;   // none: the daemon's own
  std::optional<GiveUp> give_up;    // none: never
  bool operator==(const Restarting&) const = default;
};

// What shows that a process is up.
struct Readiness {
  enum class Kind : uint8_t {
    none,    // it runs
    port,    // something in its tree listens on its port
    notify,  // it says so through NOTIFY_SOCKET
    delay,   // it has run for so long
    exec,    // a command succeeds
    http,    // a GET on its port is answered well
  } kind = Kind::none;
  std::string what;  // exec: the command; http: the path
  Nanos delay{};
  bool operator==(const Readiness&) const = default;
};
inline constexpr Readiness::Kind readiness_kinds[] = {
    Readiness::Kind::none,  Readiness::Kind::port, Readiness::Kind::notify,
    Readiness::Kind::delay, Readiness::Kind::exec, Readiness::Kind::http};
std::string_view name_of(Readiness::Kind kind);

// How many lines a second each process may print on average, before its pipes are left unread.
struct LineRate {
  static constexpr uint32_t highest = 1'000'000'000;
  uint32_t lines = 0;
  bool operator==(const LineRate&) const = default;
};

// How a process comes up.
struct Booting {
  std::optional<Readiness> ready;  // none: the port for type web, else that it runs
  std::optional<Nanos> timeout;    // then it is killed; none: the daemon's own, and it counts as up
  bool operator==(const Booting&) const = default;
};

// What a process begins with besides its command and environment. None: as the daemon had it.
struct Surroundings {
  std::string directory;  // from the app's on; empty: the app's
  std::optional<FileMask> umask;
  std::optional<Niceness> nice;
  std::optional<ResourceLimit> nofile;  // descriptors
  std::optional<ResourceLimit> core;    // bytes
  bool operator==(const Surroundings&) const = default;
};

struct Settings {
  Booting booting;
  Stopping stopping;
  Restarting restarting;
  std::optional<bool> singleton;  // not said: as its name has it
  Surroundings surroundings;
  std::optional<LineRate> line_rate;  // none: no limit
  Environment env;                    // on top of the .env files
  bool operator==(const Settings&) const = default;
};

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
  visit(Key{"directory", at_start}, of.surroundings.directory...);
  visit(Key{"env", at_start}, of.env...);
  visit(Key{"give_up", at_once}, of.restarting.give_up...);
  visit(Key{"grace", at_once}, of.stopping.grace...);
  visit(Key{"line_rate", at_start}, of.line_rate...);
  visit(Key{"nice", at_start}, of.surroundings.nice...);
  visit(Key{"nofile", at_start}, of.surroundings.nofile...);
  visit(Key{"ready", at_start}, of.booting.ready...);
  visit(Key{"restart", at_once}, of.restarting.when...);
  visit(Key{"signal", at_once}, of.stopping.signal...);
  visit(Key{"singleton", at_once}, of.singleton...);
  visit(Key{"success", at_once}, of.restarting.success...);
  visit(Key{"umask", at_start}, of.surroundings.umask...);
}

// The keys whose values differ.
struct ChangedKeys {
  std::vector<std::string> at_once, at_start;
};
ChangedKeys changed_keys(const Settings& before, const Settings& after);

}  // namespace muster
