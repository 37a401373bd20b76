// The composition root: owns every part of the daemon in declared order, wires them, and carries
// the core's actions out. Decides nothing.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "daemon/config/load.h"
#include "daemon/core/core.h"
#include "daemon/edge/output/foreground.h"
#include "daemon/edge/store/in_force.h"
#include "daemon/edge/takeover/keeper_link.h"
#include "proto/endpoints.h"
#include "proto/identity.h"
#include "router/journal/options.h"

namespace muster {

// Everything that is known before the loop exists.
struct AppSetup {
  KeeperLink* keeper = nullptr;   // outlives the app
  bool is_successor = false;      // of a supervisor that has launched something
  std::vector<InForce> kept;      // by an earlier supervisor, oldest first
  std::optional<Error> unusable;  // why there is no model of the files; what lives needs none
  std::optional<Error> releases_unreadable;
  bool files_changed = false;  // since they were taken
  // Alarms.
  std::string files_trouble, releases_trouble;
  std::vector<std::string> troubles;  // others, until it ends
  std::vector<std::string> command;   // this program and its arguments, as a keeper is to call it
  Endpoints endpoints;
  std::string directory;  // the app's own, as it was named: a link in it counts anew at each launch
  AppIdentity identity;   // as it is to be kept
  UniqueFd turn;          // no other daemon names an app until that is kept
  std::vector<uint32_t> others_ports;  // where those of other apps begin
  ModelFiles files;                    // in it; in that of a checkout where the code is of one
  Releases releases;
  AppModel model;
  std::optional<FormationCounts> formation;  // that was asked for on the command line
  CoreOptions core;
  journal::Options journal;
  std::optional<ForegroundStyle> foreground;  // shown on stdout; none: in the background
};

class App {
 public:
  // Binds the sockets, opens the journal and finds what an earlier supervisor left. Starts nothing.
  static Result<std::unique_ptr<App>> open(AppSetup setup);
  ~App();

  // Starts the formation, or goes on where an earlier supervisor stopped, and runs until everything
  // is down. `on_ready` is called once requests are being served. Returns the exit status; none if
  // another supervisor takes over, so that nothing may be tidied up.
  std::optional<int> run(std::function<void()> on_ready);

 private:
  struct Parts;
  explicit App(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace muster
