// The events that the core is told. An edge translates the world into these and decides nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "base/result.h"
#include "daemon/config/model.h"
#include "proto/ids.h"
#include "proto/message.h"
#include "proto/role.h"

namespace muster {

struct ExitStatus {
  enum class Kind : uint8_t { exited, signaled, unknown } kind = Kind::unknown;
  int number = 0;  // exit code, or signal
  // As a shell reports it: the code, 128 + signal, or 255 where it is not known.
  int status() const {
    return kind == Kind::exited ? number : kind == Kind::signaled ? 128 + number : 255;
  }
};

// Which process it is. A pid alone is used again, also by others.
struct Identity {
  int64_t pid = 0;
  uint64_t start = 0;  // in the machine's own units, since its boot
  // How an edge finds the pipes again that it prints into; 0 where that is not known.
  uint64_t out = 0, err = 0;
  bool operator==(const Identity&) const = default;
};

struct Launched {  // exec has succeeded
  LaunchId launch;
  Identity identity;
};
struct LaunchFailed {  // nothing runs; no Exited or Gone follows
  LaunchId launch;
  std::string stage;  // "exec sh", "chdir /srv/app", "fork": what was being done
  int error_number;   // 0: the stage says it all
};
struct Ready {  // what shows that it is up was seen; only after AwaitReady
  LaunchId launch;
};
struct PortSeen {  // how it stands with its port while it does not listen there
  LaunchId launch;
  std::string text;  // "port 5000 is taken by pid 4564 (python3, app shop)"
  bool is_taken = false;
};
struct Notified {  // one of its processes has said so through NOTIFY_SOCKET, at any time
  LaunchId launch;
  bool ready = false;
  std::optional<std::string> status;  // what it is doing, in its own words
  bool alive = false;                 // its watchdog is to begin anew
};
struct OutOfMemory {  // the kernel has killed a process of it for that, so many times by now
  LaunchId launch;
  uint64_t times;
};
struct Unwell {  // its health check has failed so often in a row; only after WatchOver
  LaunchId launch;
  uint32_t failures;
};
struct Grown {  // it has more memory than it may; only after WatchOver, again and again
  LaunchId launch;
  uint64_t bytes;
};
struct Exited {  // the launch's first process has exited, and what it printed has been read
  LaunchId launch;
  ExitStatus status;
  bool survivors;              // others of its tree are still alive
  bool asked_survive = false;  // among them some that were asked to end together with it
};
struct Gone {  // nothing of the launch is alive and its streams are closed; always after Exited
  LaunchId launch;
};
struct Requested {
  ClientId client;
  Request request;
  Role role = Role::read;    // of its connection
  std::string address = {};  // from where it comes in from the network; empty: from this machine
};
struct ClientLost {  // the client of an attached one-off has gone
  ClientId client;
};
struct ModelRead {  // the answer to ReadModel
  Result<AppModel> model;
  std::string code = {};  // as it was asked for
  bool of_release = false;
};
// How the app's files differ from what is in force, of whose model this is. Told before a request
// that it may concern, and after launches.
struct FilesSeen {
  std::vector<std::string> changed = {}, gone = {}, made = {};  // by name; none: nothing differs
  uint64_t digest = 0;                                          // of the difference
  std::vector<std::string> types = {};  // of the Procfile, where that has changed
  bool after_launches = false;
};
struct SourcesChanged {  // of files that a type watches, a moment after the last of them has
  std::string type;
  std::string what;  // "src/app.js and 3 more"
};
struct ReleaseKept {  // the answer to KeepReleases: they are on the disk, or are as they were
  Result<> outcome;
};
struct Signalled {  // SIGINT, SIGTERM, SIGQUIT or SIGHUP to the daemon itself
  int number;
};
struct Tick {};  // now >= Core::next_deadline()

using Event = std::variant<Launched, LaunchFailed, Ready, PortSeen, Notified, OutOfMemory, Unwell,
                           Grown, Exited, Gone, Requested, ClientLost, ModelRead, FilesSeen,
                           SourcesChanged, ReleaseKept, Signalled, Tick>;

}  // namespace muster
