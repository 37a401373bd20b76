// Moves processes through the life cycle table and carries out what each cell says: publishes the
// lines, asks for launches and signals, arms deadlines, reports to those who wait. Decides nothing
// about which processes there should be: requests do. Keeps: a process is launched only when
// nothing of its earlier launch is alive, and every launch has a number of its own.
#pragma once

#include <set>

#include "daemon/core/core.h"
#include "daemon/core/formation.h"
#include "daemon/core/ports.h"
#include "daemon/core/process_table.h"

namespace muster {

// The variables that the app gives to a process, later ones win.
Environment environment_of(const AppModel& model, const Settings* settings, const Release& release);

class Driver {
 public:
  Driver(const Types& types, const FormationCounts& formation, const Releases& releases,
         const CoreOptions& options, ProcessTable& table, Waiting& waiting, Outbox& out);

  // The process may be gone from the table afterwards.
  void step(Process& process, LifeEvent event);

  // A process that is down, and is to be started with a step.
  Process& add(ProcessName name, std::optional<OneOff> one_off = {});

  // The needs of a process that are not met: "db (0 of 1 up)". It is empty if the process may be
  // launched.
  std::optional<std::string> unmet_need(const Process& process) const;
  // The same, but nothing where that is on its way, or is among the types that are to be started.
  std::optional<std::string> lacking_need(const Process& process,
                                          const std::set<std::string>& to_start) const;
  // None of it is wished, so no request brings it.
  bool waits_in_vain(const Process& process) const;
  // A process may have come up.
  void launch_what_waits();
  // It is to end when its time has come, and until then not to be launched again if it ends itself.
  void let_rest(Process& process);
  // The opposite.
  void let_run(Process& process);

  // It is its turn to be restarted; the reason is said where it was no client's request.
  void take_turn(Process& process);
  // It stays as it is, though it is old or large, until this has passed.
  void spare(Process& process);
  // The types in which a process has come to wait for its turn, since this was last asked.
  std::set<std::string> take_types_with_turns() { return std::exchange(types_with_turns_, {}); }

  // Its turn is over, whether it has come or not; who waits for it waits for its next launch.
  void end_turn(Process& process);

  // The one-offs that have ended since this was last asked.
  struct Ended {
    ProcessName name;
    std::optional<int32_t> status;
    std::string trouble;        // why it could not be launched, or was ended
    std::string type;           // whose settings it had
    bool was_told;              // to end, and not because its time was over
    std::string crash_of = {};  // the type whose crash it has told
  };
  std::vector<Ended> take_ended() { return std::exchange(ended_, {}); }

  // The processes that have crashed since this was last asked.
  struct Crash {
    std::string process, type, command;
    std::optional<int64_t> pid;
    std::optional<int32_t> status;  // none: not known, or it could not be launched
    std::string reason;
    uint32_t crashes;               // in a row
    std::optional<Nanos> retry_in;  // none: it is not tried again
  };
  void add_crash(Crash crash) { crashed_.push_back(std::move(crash)); }
  std::vector<Crash> take_crashed() { return std::exchange(crashed_, {}); }

  // The first end of a process on whose type the app is to end (CoreOptions::exit_on), where no
  // client and no shutdown wished for it; since this was last asked.
  struct Decisive {
    std::string process;
    std::optional<int32_t> status;
    std::string trouble;  // why it could not be launched
  };
  std::optional<Decisive> take_decisive() { return std::exchange(decisive_, {}); }

  // The attached one-offs that have ended lately, for clients that come back.
  const std::vector<EndedRun>& ended_runs() const { return ended_runs_; }

  // For a core that goes on where another one stopped.
  void keep_ended_runs(std::vector<EndedRun> runs) { ended_runs_ = std::move(runs); }
  void keep_waiting(const Process& process);
  void launch_again(Process& process);
  void keep_port(Process& process);
  // The sign that it is up, as the files have it.
  Readiness readiness_of(const Process& process) const;
  // How the files that were read last have it ended. Ends it as the files that were read last have
  // it. A type that they know no more is ended as they had it before.
  void take_stopping(Process& process);
  // How long a process may take to come up, and then to end.
  Nanos boot_time_of(const std::string& type) const;
  Nanos grace_of(const Process& process) const;
  // While it is up: when its watchdog or its age runs out, as the files have it now.
  void keep_watch(Process& process);
  // For a core that was not there for a while.
  void keep_watch_anew(Process& process);
  // While it is up: whatever of it an edge has to look at, as the files have it now.
  void watch_over(const Process& process);
  // Where it listens: on its own port, or on that which its type shares.
  std::optional<uint32_t> port_of(const Process& process) const;
  void continue_from(LaunchId next) { next_launch_ = std::max(next_launch_, next); }
  LaunchId next_launch() const { return next_launch_; }

  // The reports of the edges about launches. A report about a launch that is not known any more is
  // not worth a word.
  void on(const Launched& event);
  void on(const LaunchFailed& event);
  void on(const Ready& event);
  void on(const PortSeen& event);
  void on(const Notified& event);
  void on(const OutOfMemory& event);
  void on(const Unwell& event);
  void on(const Grown& event);
  void on(const Exited& event);
  void on(const Gone& event);
  void on_tick();

 private:
  void apply(Process& process, Cell cell);
  void change(Process& process, ProcessState next, Wish wish);
  void prepare(Process& process);
  void launch(Process& process);
  std::pair<uint32_t, uint32_t> those_that_serve(const Need& need) const;
  bool is_met(const Need& need) const;
  bool is_on_its_way(const Need& need) const;
  std::string text_of_unmet(const Need& need) const;
  Launch::Midst midst_of(LaunchId launch) const;
  Launch launch_of(const Process& process, LaunchId launch) const;
  void give_port(Process& process);
  std::optional<Nanos> watchdog_of(const Process& process) const;
  const ListenAddress* listen_of(const Process& process) const;
  void settle(Process& process);
  bool take_as_decisive(const Process& process, std::optional<int32_t> status);
  void remember_end(const Process& process, int32_t status, std::string refusal = {});
  void back_off(Process& process);
  void report_crash(const Process& process, std::optional<Nanos> retry_in);
  void give_up(Process& process);
  void wait_for_turn(Process& process);
  void retire(Process& process);
  void hang_up(Process& process);
  void terminate(Process& process);
  void tell(const Process& process);
  void tell_rest(Process& process);
  void end_grace(Process& process);
  void kill(Process& process, std::string said);
  void kill_again(Process& process);
  void forgive(Process& process);

  void run_out(Process& process);
  std::optional<MonoTime> silent_from(const Process& process) const;
  std::optional<MonoTime> old_from(const Process& process) const;
  void await_ready(Process& process);
  void ask_for_readiness(const Process& process);
  void end_boot(Process& process);
  Wish resting(const Process& process) const;
  Wish ended(const Process& process) const;
  const Restarting& restarting_of(const Process& process) const;
  void arm(Process& process, Nanos delay);
  Nanos patience_of(const Process& process) const;
  const Settings* settings_of(const Process& process) const;
  void publish(const Process& process, RecordKind kind, std::string text);
  void publish_error(const Process& process, std::string code, std::string text);
  EventRecord record(const Process& process, RecordKind kind, std::string text) const;

  const Types& types_;
  const FormationCounts& formation_;
  const Releases& releases_;
  const CoreOptions& options_;
  ProcessTable& table_;
  Waiting& waiting_;
  Outbox& out_;
  Ports ports_;
  std::set<ProcessName> waiting_for_needs_;
  std::set<std::string> types_with_turns_;
  LaunchId next_launch_;
  std::vector<Ended> ended_;
  std::vector<Crash> crashed_;
  std::vector<EndedRun> ended_runs_;
  std::optional<Decisive> decisive_;
};

}  // namespace muster
