// The rules that must hold, whatever happens: looks at every event before the core sees it and at
// every action that comes out, with a simple model of its own of what is wished, and says what is
// wrong. Knows the world's truth, nothing of the core's insides.
#pragma once

#include <set>
#include <stdexcept>
#include <unordered_map>
#include <utility>

#include "daemon/core/core.h"
#include "daemon/core/formation.h"
#include "world.h"

namespace muster::sim {

struct Violation : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// No part of the formation: run once, for a client, at its time, or before a release.
inline bool is_one_off(const ProcessName& process) {
  return process.type == one_off_type || process.type == release_type ||
         process.type == "nightly" || process.type == "on_crash";
}

class Checker {
 public:
  Checker(const World& world, const CoreOptions& options) : world_(world), options_(options) {}

  // After each event: it, and all that the core did because of it, before the world has done any of
  // that. Throws a Violation.
  void check(const Event& event, const std::vector<Action>& actions, MonoTime now);
  // The model that a core begins with: the first one has read it, and a successor has found what
  // was in force. A model that it reads later comes by an event.
  void begins_with(const AppModel& model) {
    const std::string before = std::exchange(code_, world_.releases().current().code);
    if (begun_ && model != model_ && code_ == before)
      throw Violation("a successor has taken other files than those in force");
    begun_ = true;
    model_ = model;
    next_model_.reset();
  }
  // The program around the core has died: nobody who has asked will be answered.
  void supervisor_died();
  // When faults have stopped for long enough: exactly what is wished runs.
  void expect_wish_reached(const PsReply& ps) const;
  // When the core has finished: nothing is alive, and everybody has been answered.
  void expect_finished() const;

  // A shutdown was decided; one that was asked for and died with the one who was asked was not.
  bool ending() const { return ending_; }
  bool finished() const { return finished_; }

 private:
  using Exchange = std::pair<ClientId, uint64_t>;
  struct LaunchSeen {
    ProcessName process;
    std::string port;
    bool over = false;                 // the core has been told that nothing of it is alive
    bool ready = false;                // it may count as up
    bool exited = false;               // the core has been told that its first process has exited
    std::optional<Stopping> stopping;  // not known of one-offs
    std::optional<MonoTime> told_to_end;
    Nanos grace{};  // from then on
    bool killed = false;
  };
  struct ExchangeSeen {
    bool answered = false;
    bool attached_run = false;
    bool client_lost = false;
  };

  void learn(const Event& event, const std::vector<Action>& actions);
  void learn_request(const Requested& event, const std::vector<Action>& actions);
  void see(const Launch& launch);
  void see(const Kill& kill, MonoTime now);
  void see(const EventRecord& record);
  void see(const ClientId& client, const Reply& reply);
  void see(const SaveFormation& save);
  void see(const Attach& attach);
  void expect_known(LaunchId launch, const char* what) const;
  void expect_nothing_runs_unwished() const;
  bool wished(const ProcessName& process) const;
  bool may_be_restarted(const ProcessName& process) const;
  bool has_what_it_needs(const ProcessName& process) const;
  bool is_needed_to_the_end(const ProcessName& process) const;
  // No event has to say so.
  bool is_ready_by_itself(const ProcessName& process) const;
  // Whether it has ended for good by itself, as its type's settings let it.
  bool rests_by_itself(const ProcessName& process) const;
  // Those places of the formation that the words mean.
  std::set<ProcessName> places(const std::vector<std::string>& words) const;

  void learn_release(const Event& event);
  bool announces_end(const Event& event, const std::vector<Action>& actions) const;
  void learn_model(const AppModel& model);

  const World& world_;
  const CoreOptions& options_;
  std::unordered_map<LaunchId, LaunchSeen> launches_;
  AppModel model_;
  std::optional<AppModel> next_model_;  // of a release that is not kept yet
  std::string code_;
  LaunchId last_launch_ = 0;
  std::map<Exchange, ExchangeSeen> exchanges_;
  std::optional<Exchange> granted_;  // by this event: credit, which is refused if it comes too late
  std::map<std::string, std::string> states_;        // as last published
  std::map<std::string, std::optional<int>> exits_;  // the same
  std::set<LaunchId> late_;                          // not ready in time, as was published
  std::map<LaunchId, uint64_t> ended_for_memory_;
  std::set<ProcessName> awaited_;  // by this event: they are to run, whatever they did before
  FormationCounts formation_;      // as it is to run; the kept one may ask for more
  std::set<ProcessName> resting_;  // stopped by request
  std::set<ProcessName> one_offs_to_end_;
  bool begun_ = false, ending_ = false, finished_ = false;
  int signals_ = 0;
};

}  // namespace muster::sim
