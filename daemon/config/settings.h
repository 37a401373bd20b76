// The settings of a process type in muster.toml, as plain values; settings_keys.h has the table of
// its keys. Knows no file format. Keeps: a Settings that nothing was said about is a bare
// Procfile's.
#pragma once

#include <csignal>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"
#include "daemon/config/schedule.h"

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

// A user or a group of this machine: a name, or a number that belongs to one. Empty: not said.
struct AccountName : std::string {
  using std::string::string;
  explicit AccountName(std::string text) : std::string(std::move(text)) {}
  // The numbers that system calls read as "leave it as it is", with 32 bits and with 16.
  static constexpr uint32_t nobodys[] = {UINT32_MAX, UINT16_MAX};
};

// The user and groups of a process. Empty: those of the daemon.
struct Account {
  AccountName user, group;
  bool operator==(const Account&) const = default;
};

// How gladly the kernel ends it first when memory is short.
struct OomScore {
  int value = 0;  // -1000 to 1000
  bool operator==(const OomScore&) const = default;
};

// The resources that the processes of one launch may use together.
struct Quotas {
  struct Bytes {
    uint64_t count = 0;
    bool operator==(const Bytes&) const = default;
  };
  struct CorePercents {
    uint32_t count = 0;
    bool operator==(const CorePercents&) const = default;
  };
  struct Tasks {
    uint32_t count = 0;
    bool operator==(const Tasks&) const = default;
  };
  std::optional<Bytes> memory;
  std::optional<CorePercents> cpu;
  std::optional<Tasks> pids;  // processes and threads
  bool any() const { return memory || cpu || pids; }
  bool operator==(const Quotas&) const = default;
};

// The part of a process's tree that gets the stop signal first: its leader, and the rest when that
// has ended or half the grace is over; or the whole tree at once. SIGKILL is for the whole tree.
struct Audience {
  bool whole_tree = false;
  bool operator==(const Audience&) const = default;
};

// How a process is told to end.
struct Stopping {
  Signal signal;
  Audience audience;
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

// It is run when a process has crashed. Empty: none, also where there is a default.
struct CrashCommand {
  std::string command;
  bool operator==(const CrashCommand&) const = default;
};

// The fate of a process that has ended by itself.
struct Restarting {
  Restart when = Restart::always;
  std::vector<int32_t> success{0};  // statuses that are no failure, as a shell reports them
  std::optional<Backoff> backoff;   // none: the daemon's own
  std::optional<GiveUp> give_up;    // none: never
  std::optional<CrashCommand> on_crash;
  bool operator==(const Restarting&) const = default;
};

// The sign that a process is up.
struct Readiness {
  enum class Kind : uint8_t {
    none,    // it runs
    port,    // something in its tree listens on its port
    notify,  // it says so through NOTIFY_SOCKET
    delay,   // it has run for so long
    exec,    // a command succeeds
    http,    // a GET on its port is answered well
    log,     // it prints a line that matches
    accept,  // somebody accepts at the socket that its type shares
  } kind = Kind::none;
  std::string what;  // exec: the command; http: the path; log: the pattern
  Nanos delay{};
  bool operator==(const Readiness&) const = default;
};
inline constexpr Readiness::Kind readiness_kinds[] = {
    Readiness::Kind::none, Readiness::Kind::port, Readiness::Kind::notify, Readiness::Kind::delay,
    Readiness::Kind::exec, Readiness::Kind::http, Readiness::Kind::log,    Readiness::Kind::accept};
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

// The things that a process begins with besides its command and environment. None: as the daemon
// had it.
struct Surroundings {
  std::string directory;  // from the app's on; empty: the app's
  std::optional<FileMask> umask;
  std::optional<Niceness> nice;
  std::optional<ResourceLimit> nofile;  // descriptors
  std::optional<ResourceLimit> core;    // bytes
  Account account;
  std::optional<OomScore> oom_score;
  Quotas quotas;
  // It has its own processes, and of the file systems a copy that is thrown away; its changes may
  // take so much memory. None: a one-off has, the others have not.
  std::optional<bool> isolate;
  Quotas::Bytes disk{usual_disk};
  static constexpr uint64_t usual_disk = 1ULL << 30;
  std::optional<bool> tty;  // it has a terminal, whose output is logged. None: it has none
  bool operator==(const Surroundings&) const = default;
};

// The state that all processes of another type must have before one of this type is launched.
struct Need {
  std::string type;
  enum class Until : uint8_t { started, ready, completed } until = Until::ready;
  bool operator==(const Need&) const = default;
};

// Where a socket listens that all processes of a type share.
struct ListenAddress {
  std::string path;  // of a socket of this machine; empty: TCP
  std::string host;  // numbers, as inet_pton takes them
  uint16_t port = 0;
  bool operator==(const ListenAddress&) const = default;
};

// The sign, given again and again, that a process that is up is well.
struct HealthCheck {
  static constexpr uint32_t most_failures = 1000;
  Readiness by;  // of kind port, exec or http
  Nanos every = 10s, timeout = 5s;
  uint32_t failures = 3;  // so many in a row, and it is not
  bool operator==(const HealthCheck&) const = default;
};
std::string text_of(const Readiness& readiness);  // "http:/up"; of a delay without how long

// For how long a process that is up stays as it is.
struct Watching {
  struct Period {
    static constexpr Nanos shortest = 1s;
    Nanos length = shortest;
    bool operator==(const Period&) const = default;
  };
  // Directories and files, from the app's directory on.
  struct Sources {
    static constexpr size_t most_paths = 64;
    std::vector<std::string> paths;
    bool operator==(const Sources&) const = default;
  };
  std::optional<Sources> sources;           // changed, it is restarted
  std::optional<Period> watchdog;           // so long silent, it is killed
  std::optional<Period> max_age;            // so old, it is restarted
  std::optional<HealthCheck> health;        // not well, it is killed
  std::optional<Quotas::Bytes> max_memory;  // larger, it is restarted
  bool operator==(const Watching&) const = default;
};

// How many processes of a type a restart takes at the same time.
struct RollWidth {
  uint32_t processes = 1;
  bool operator==(const RollWidth&) const = default;
};

// Where its table does not say.
inline bool is_singleton_by_name(std::string_view type) {
  return type == "clock" || type == "scheduler";
}

struct Settings {
  Booting booting;
  Watching watching;
  std::vector<Need> needs;
  std::optional<ListenAddress> listen;
  Stopping stopping;
  Restarting restarting;
  std::optional<bool> singleton;  // not said: as its name has it
  std::optional<RollWidth> roll;  // none: one after the other
  std::optional<Schedule> cron;   // it is run at these times, and not in the formation
  Surroundings surroundings;
  std::optional<LineRate> line_rate;  // none: no limit
  Environment env;                    // on top of the .env files
  bool operator==(const Settings&) const = default;
};

// The settings of a process where the files say nothing: what the daemon itself was started with.
// None: it is not known, so that no value is the same.
struct Usual {
  Nanos grace = 10s;
  Backoff backoff;
  std::optional<FileMask> umask;
  std::optional<Niceness> nice;
  std::optional<ResourceLimit> nofile, core;
  std::optional<OomScore> oom_score;
};
// The same settings with every default written out, so that those are equal that mean the same.
Settings written_out(Settings settings, std::string_view type, const Usual& usual);

// The keys whose values differ.
struct ChangedKeys {
  std::vector<std::string> at_once, at_start;
};
ChangedKeys changed_keys(const Settings& before, const Settings& after);

}  // namespace muster
