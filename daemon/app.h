// The composition root: owns every part of the daemon in declared order, wires them, and carries
// the core's actions out. Decides nothing.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "daemon/config/load.h"
#include "daemon/core/core.h"
#include "daemon/edge/foreground.h"
#include "daemon/edge/keeper_link.h"
#include "proto/endpoints.h"
#include "router/journal/options.h"

namespace muster {

// Everything that is known before the loop exists.
struct AppSetup {
  KeeperLink* keeper = nullptr;      // outlives the app
  std::vector<std::string> command;  // this program and its arguments, as a keeper is to call it
  Endpoints endpoints;
  std::string directory;  // the app's own
  ModelFiles files;       // in it; in that of a checkout where the code is of one
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
