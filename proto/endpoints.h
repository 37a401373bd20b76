// Where the files and sockets of an app are. The one place that knows the layout on disk.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/trusted_path.h"
#include "base/unique_fd.h"

namespace muster {

struct FarSide;

struct Endpoints {
  std::string app;
  std::string state_dir;  // .../APP, holds journal/, formation, releases, and lock and ledger once
                          // more, in case the runtime directory is taken away; survives a reboot
  std::string runtime_dir;  // .../APP, mode 0700, holds lock, control, operate, read, bus, windows,
                            // ledger; need not survive a reboot
  // Set for a daemon on another machine: then the runtime directory holds no more than its control
  // and bus sockets, which are brought here, and there is no state directory.
  std::shared_ptr<FarSide> far = {};

  std::string journal_dir() const { return state_dir + "/journal"; }
  std::string poison_dir() const { return state_dir + "/poison"; }
  std::string formation_file() const { return state_dir + "/formation"; }
  std::string releases_file() const { return state_dir + "/releases"; }
  std::string checkouts_dir() const { return state_dir + "/checkouts"; }
  std::string repository_dir() const { return state_dir + "/repository.git"; }
  std::string front_dir() const { return state_dir + "/front"; }
  std::string daemon_log() const { return state_dir + "/musterd.log"; }
  std::string identity_file() const { return state_dir + "/identity"; }
  std::string lock_file() const { return runtime_dir + "/lock"; }
  std::string state_lock_file() const { return state_dir + "/lock"; }
  std::string ledger_file() const { return runtime_dir + "/ledger"; }
  std::string state_ledger_file() const { return state_dir + "/ledger"; }
  std::string notify_socket() const { return runtime_dir + "/notify"; }
  std::string shown_file() const { return runtime_dir + "/shown"; }
  std::string watched_file() const { return runtime_dir + "/watched"; }
  std::string windows_file() const { return runtime_dir + "/windows"; }
  std::string control() const { return "ipc://" + runtime_dir + "/control"; }
  // The sockets for connections that may do less.
  std::string operate() const { return "ipc://" + runtime_dir + "/operate"; }
  std::string read() const { return "ipc://" + runtime_dir + "/read"; }
  std::string bus() const { return "ipc://" + runtime_dir + "/bus"; }
};

using GetEnv = std::function<std::optional<std::string>(const std::string&)>;

// [A-Za-z0-9_.-]{1,63} and not starting with a dot or a dash: it becomes a directory name.
bool is_app_name(std::string_view text);

// Computes the places for an app; creates nothing. MUSTER_HOME=DIR: DIR/state/APP and DIR/run/APP;
// root: /var/lib/muster/APP, /run/muster/APP; else the XDG directories. An error if a socket's path
// would not fit (107 bytes), saying what to set.
Result<Endpoints> endpoints_of(const std::string& app, bool is_root, unsigned uid,
                               const GetEnv& env);

// Every app that has or had a daemon since the last reboot, sorted.
Result<std::vector<std::string>> app_names(bool is_root, unsigned uid, const GetEnv& env);

// The app's name where none was given: the last part of its directory, characters that may not be
// in a name replaced by '-'.
std::string app_name_of(const std::string& directory);

// Creates both directories (and missing parents), the runtime one 0700, the state one 0700; refuses
// one that another user has made or could change, and one that is reached through such a one
// (base/trusted_path.h).
Result<> create_directories(const Endpoints& endpoints, unsigned uid);
// For every program that reads, asks or tells anything there. Empty if there is none; an error if
// create_directories would refuse it.
Result<UniqueFd> open_runtime_directory(const Endpoints& endpoints, unsigned uid);
Result<UniqueFd> open_state_directory(const Endpoints& endpoints, unsigned uid);

// The directory of the states of all apps.
Result<UniqueFd> open_state_base(const Endpoints& endpoints, unsigned uid, Missing missing);

// For a daemon that runs already: the same, but what is in the way is put aside (".found-N").
Result<> restore_directories(const Endpoints& endpoints, unsigned uid);

// Removes the socket files of a daemon that has ended. Only to be called under its lock.
void remove_sockets(const Endpoints& endpoints);

}  // namespace muster
