// Processes that have a terminal and are logged all the same. The output of a terminal goes on into
// the pipe that the log reads, by splice(2): so it is never in the memory of a program that may be
// killed. Clients that are attached are shown a copy, from the line on that had no end when they
// came, and what they type goes in. For all other launches that are logged this changes nothing.
//
// The keeper holds a terminal like a pipe; when no process holds it any more, it is hung up.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string_view>
#include <vector>

#include "base/uv/turn.h"
#include "daemon/edge/launch/output.h"
#include "daemon/edge/output/intake.h"
#include "serve/exchange.h"

namespace muster {

class Consoles : public Output {
 public:
  // `outlet` outlives this.
  Consoles(Loop& loop, Intake& log, const Outlet& outlet);
  ~Consoles() override;

  // For a launch with a terminal `ends.err` is the terminal, and `ends.out` a pipe into which only
  // we write.
  Result<> open(const Launch& launch, PipeEnds ends) override;
  void begin(LaunchId launch) override;
  void drain(LaunchId launch) override;
  bool ended(LaunchId launch) const override { return log_.ended(launch); }
  Nanos patience(LaunchId launch) const override { return log_.patience(launch); }
  std::array<int, 2> pipes(LaunchId launch) const override;
  void close(LaunchId launch) override;

  // The client is shown what the last line has so far (a prompt) and what comes from now on, as
  // much as it has granted, and told of the end. A slow viewer is told how much it was not shown.
  void attach(const Attach& wanted);
  // Handles a request that belongs to the exchange of such a client; false if it does not.
  bool take(const ClientId& client, const Request& request);
  // The launch has exited, and what it printed has been read.
  void end(LaunchId launch, int status);
  void forget(const ClientId& client);

  size_t exchanges() const;

 private:
  struct Console;
  struct Viewer;
  void take(LaunchId launch, Viewer& viewer, const RequestBody& body);
  Result<> open_console(const Launch& launch, PipeEnds ends);
  bool feed(Console& console);
  void hang_up();
  void forget_ended();
  void show(LaunchId launch, std::string_view bytes);
  static void send_on(Viewer& viewer);
  void grant_inputs(LaunchId launch);

  Loop& loop_;
  Intake& log_;
  const Outlet& outlet_;
  std::map<LaunchId, std::unique_ptr<Console>> consoles_;
  std::map<LaunchId, std::list<Viewer>> viewers_;  // until end(), which may come after close()
  Idle turn_;                                      // for terminals that are open no more
};

}  // namespace muster
