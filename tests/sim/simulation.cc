// See simulation.h.
#include "simulation.h"

#include <fmt/format.h>
#include <csignal>
#include <deque>
#include <map>

#include "checker.h"
#include "clients.h"
#include "trace.h"
#include "world.h"

namespace muster::sim {
namespace {

constexpr size_t trace_lines = 200;
// Hundreds of processes, one after the other, each of which is ready some seconds after its start;
// and changes that wait for each other.
constexpr Nanos longest_roll = 3h;

CoreOptions some_options(Rng& rng, uint64_t seed) {
  CoreOptions options;
  options.base_port = rng.percent(10) ? 65500 : 5000;
  options.stop_grace = Nanos(1s) * rng.between(1, 10);
  options.backoff_cap = rng.percent(50) ? Nanos(10min) : Nanos(1min);
  if (seed % 23 == 0) options.exit_on = "worker";
  return options;
}

class Simulation {
 public:
  Simulation(uint64_t seed, const Tamper& tamper, bool traced)
      : rng_(seed),
        traced_(traced),
        tamper_(tamper),
        options_(some_options(rng_, seed)),
        world_(rng_),
        clients_(rng_),
        checker_(world_, options_),
        mortality_(rng_.percent(50) ? unsigned(rng_.between(1, 10)) : 0),
        model_(clients_.some_model()),
        first_wish_{{"web", rng_.below(3)}, {"worker", rng_.below(3)}} {}

  void run() {
    begin();
    time_of_faults();
    calm();
    end();
  }
  std::vector<std::string> trace() const { return {trace_.begin(), trace_.end()}; }

 private:
  void time_of_faults() {
    for (uint64_t requests = rng_.between(1, 60); requests > 0; requests--) {
      run_until(now_.mono + pause());
      if (rng_.percent(20))
        world_.set_model(rng_.percent(80) ? std::optional(clients_.some_model()) : std::nullopt);
      tell(clients_.next_event());
    }
  }

  // Requests often come while the last one is still being carried out.
  Nanos pause() {
    const uint64_t dice = rng_.below(100);
    return rng_.up_to(dice < 50 ? Nanos(50ms) : dice < 85 ? Nanos(3s) : Nanos(2min));
  }

  void calm() {
    world_.calm_down();
    mortality_ = 0;
    // The longest chain: SIGTERM, SIGKILL, a launch that backs off, and its boot timeout; then a
    // restart of all.
    run_until(now_.mono + options_.backoff_cap + options_.boot_timeout + longest_roll);
    if (checker_.ending()) return;  // one that has ended has ended the app
    const Request request{1, "checker@box", PsRequest{}};
    const auto actions = tell(Requested{"checker", request, Role::admin});
    for (auto& action : actions)
      if (auto* answer = std::get_if<AnswerPs>(&action))
        if (auto* ps = std::get_if<PsReply>(&answer->reply.body)) checker_.expect_wish_reached(*ps);
  }

  void end() {
    mortality_ = rng_.percent(50) ? unsigned(rng_.between(1, 10)) : 0;
    while (!checker_.ending()) {
      if (rng_.percent(50))
        tell(Requested{"checker", Request{2, "checker@box", ShutdownRequest{}}, Role::admin});
      else
        tell(Signalled{rng_.percent(50) ? SIGINT : SIGTERM});
    }
    for (uint64_t more = rng_.below(3); more > 0; more--) {
      run_until(now_.mono + rng_.up_to(2s));
      tell(rng_.percent(50) ? Event(Signalled{SIGINT}) : clients_.next_event());
    }
    run_until(now_.mono + options_.stop_grace + 5min);
    checker_.expect_finished();
  }

  // Lets everything happen that is due by then. Events that are due at the same time come in any
  // order.
  void run_until(MonoTime end) {
    for (;;) {
      const auto world = world_.next(), tick = core_->next_deadline();
      const bool world_due = world && *world <= end, tick_due = tick && *tick <= end;
      if (!world_due && !tick_due) break;
      const bool world_first =
          world_due && (!tick_due || *world < *tick || (*world == *tick && rng_.percent(50)));
      move_to(world_first ? *world : *tick);
      if (!world_first)
        tell(Tick{});
      else if (auto event = world_.happen();
               event && !(tamper_.swallows && tamper_.swallows(*event)))
        tell(std::move(*event));
    }
    move_to(end);
  }

  void move_to(MonoTime time) {
    now_.wall += time - now_.mono;
    now_.mono = time;
  }

  // The program begins, or the next one goes on where it died: with the model that was in force,
  // whatever has become of the files.
  void begin() {
    options_.model_number = newest_ ? newest_->number + 1 : 1;
    if (memory_) {
      const Kept& last = newest_->number == memory_->daemon.model ? *newest_ : *settled_;
      const Release& current = world_.releases().current();
      model_ = last.model;
      if (current.number <= memory_->daemon.release || current.code == last.code)
        options_.model_number = last.number;
      else
        model_ = checked_out_.try_emplace(current.number, clients_.some_model()).first->second;
    }
    core_.emplace(model_, first_wish_, options_, world_.releases());
    checker_.begins_with(model_);
    after(Tick{}, memory_ ? core_->resume(*memory_, now_) : core_->start(now_));
  }

  std::vector<Action> tell(Event event) {
    auto actions = core_->handle(event, now_);
    return after(event, std::move(actions));
  }

  // A step is decided, kept, carried out. The program may die before or after any of it.
  std::vector<Action> after(const Event& event, std::vector<Action> actions) {
    const bool dies = mortality_ > 0 && rng_.below(100) < mortality_;
    if (dies && rng_.percent(30)) return die(0), std::vector<Action>();
    if (!newest_ || newest_->number != core_->model_number())
      newest_ = {core_->model_number(), core_->model(), core_->release().code};
    if (dies && rng_.percent(10)) return die(0), std::vector<Action>();
    if (auto kept = core_->take_note(actions)) {
      if (tamper_.notes) tamper_.notes(*kept);
      if (!memory_) memory_.emplace();
      memory_->add(std::move(*kept));
      settled_ = newest_;
    }
    world_.told(event);
    if (tamper_.actions) tamper_.actions(actions);
    if (traced_) {
      note("> " + text_of(event));
      for (auto& action : actions) note("    " + text_of(action));
    }
    checker_.check(event, actions, now_.mono);
    const size_t done = dies ? rng_.below(actions.size() + 1) : actions.size();
    for (size_t i = 0; i < done; i++) world_.carry_out(actions[i], now_.mono);
    if (dies) die(done);
    return actions;
  }

  void die(size_t actions_done) {
    if (traced_) note(fmt::format("killed after {} actions", actions_done));
    world_.lose_supervisor();
    checker_.supervisor_died();
    if (rng_.percent(30))
      world_.set_model(rng_.percent(50) ? std::optional(clients_.some_model()) : std::nullopt);
    if (!checker_.finished()) begin();
  }

  void note(std::string line) {
    const double seconds = std::chrono::duration<double>(now_.mono.time_since_epoch()).count();
    trace_.push_back(fmt::format("{:12.6f} {}", seconds, line));
    if (trace_.size() > trace_lines) trace_.pop_front();
  }

  Rng rng_;
  const bool traced_;
  const Tamper& tamper_;
  CoreOptions options_;
  Now now_{};
  World world_;
  Clients clients_;
  Checker checker_;
  unsigned mortality_;  // of the program around the core, in percent of its steps
  AppModel model_;
  std::map<uint64_t, AppModel> checked_out_;  // by release: its checkout does not change
  FormationCounts first_wish_;
  std::optional<Memory> memory_;  // what outlives it
  struct Kept {
    uint64_t number;
    AppModel model;
    std::string code;
  };
  std::optional<Kept> settled_,
      newest_;  // that too: what the notes name, and what they may not yet
  std::optional<Core> core_;
  std::deque<std::string> trace_;
};

}  // namespace

// Traces cost more than all the rest, so they are only written when a failure is played again.
std::optional<Failure> simulate(uint64_t seed, const Tamper& tamper) {
  for (const bool traced : {false, true}) {
    Simulation simulation(seed, tamper, traced);
    try {
      simulation.run();
    } catch (const Violation& violation) {
      if (traced) return Failure{seed, violation.what(), simulation.trace()};
      continue;
    }
    break;
  }
  return std::nullopt;
}

}  // namespace muster::sim
