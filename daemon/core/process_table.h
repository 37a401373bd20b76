// All processes that there are, running or not, and the ways to find them: by name, by launch, by
// the exchange of an attached one-off, by deadline. Plain bookkeeping: it decides nothing and
// publishes nothing. Keeps: the indices agree with the processes, and every lookup is logarithmic.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "daemon/core/action.h"
#include "daemon/core/life_cycle.h"
#include "daemon/core/one_off_limits.h"
#include "daemon/core/waiting.h"
#include "proto/process_name.h"

namespace muster {

// The fields of a one-off besides those of a process of the formation.
struct OneOff {
  std::string type;     // whose settings it has; empty: those of no type
  std::string command;  // for the shell, if `argv` is empty
  std::vector<std::string> argv;
  Environment env;
  bool isolated = false;
  OneOffLimits limits;
  std::optional<LaunchId> inside;  // it is in the midst of that one
  std::optional<Launch::Attachment> attached;
  bool hung_up = false;  // its client has gone
  std::string token;     // by which its client comes back
  // Its client has lost the way to it, and may come back.
  bool awaits_client = false;
  // It is of a release that is not in force yet: what it has instead of that which is. Then `env`
  // is all of its environment.
  struct Ahead {
    std::string code;
    Settings settings;
  };
  std::optional<Ahead> ahead;
  // The type whose crash it tells, and what its stdin brings, and then its end.
  std::string crash_of, input;
  std::optional<Asker> asker;  // until it has got its last reply, or has gone
};

// As the core runs one of a type by itself: not in the formation, and in the app's own files.
OneOff task_of(const ProcessType& type);

struct Process {
  ProcessName name;
  ProcessState state = ProcessState::down;
  Wish wish = Wish::rest;
  std::string command;  // as `ps` shows it
  std::optional<LaunchId> launch;
  LaunchProgress progress = LaunchProgress::asked;  // of `launch`
  std::optional<Identity> identity;                 // once exec has succeeded
  bool isolated = false;                            // as it was launched
  std::optional<uint32_t> port;
  Now since{};  // of the state as people see it
  std::optional<MonoTime> deadline;
  Readiness readiness;      // as it was launched with
  bool said_ready = false;  // before its launch was known to have succeeded
  std::string said_status;
  std::string port_note;       // why it does not listen on its port, as far as it was seen
  bool port_taken = false;     // which is that another has it
  MonoTime alive_at{};         // its watchdog's last beginning
  uint64_t out_of_memory = 0;  // how often that was said of its launch
  Stopping stopping;           // as the files had it last
  bool all_told = false;       // while it is stopping: to end, and not its leader alone
  bool asked_survive = false;  // those asked with its leader, when that has just exited
  Nanos patience{};            // how long SIGKILL was last waited for
  uint32_t launches = 0;
  uint32_t crashes = 0;              // in a row
  std::vector<MonoTime> crashed_at;  // the latest, where a limit asks for them
  std::optional<int32_t> last_exit;
  std::optional<int64_t> last_pid;  // of the last launch, once it is over
  std::string trouble;              // why the last launch failed
  std::optional<OneOff> one_off;
  Turn turn = Turn::none;
  MonoTime spared_until{};  // old or large, it is not restarted before
  std::vector<WaiterId> awaiting_rest, awaiting_launch;
  std::vector<WaiterId> awaiting_turn;  // then its launch
};

class ProcessTable {
 public:
  using Map = std::map<ProcessName, Process>;

  Process& add(ProcessName name);
  void erase(Process& process);  // nothing of it may be alive

  const Map& all() const { return processes_; }
  // A caller that is given a process that can be changed may change it, so it counts as changed.
  Process* find(const ProcessName& name);
  Process* of_launch(LaunchId launch);
  Process* of_exchange(const ClientId& client, uint64_t request_id);
  // Pointers stay valid until the process is erased.
  std::vector<Process*> of_type(const std::string& type);  // by number
  std::vector<Process*> everything();
  std::vector<Process*> attached_to(const ClientId& client);

  size_t live() const { return by_launch_.size(); }
  void set_launch(Process& process, LaunchId launch);
  void clear_launch(Process& process);

  void set_exchange(Process& process, const Asker& asker);

  // Those that may not be the same as when this was last asked.
  std::set<ProcessName> take_changed() { return std::exchange(changed_, {}); }

  void set_deadline(Process& process, std::optional<MonoTime> when);
  std::optional<MonoTime> next_deadline() const;
  // The process whose deadline has come first, if that is by `now`; its deadline is cleared.
  Process* pop_due(MonoTime now);

 private:
  using Exchange = std::pair<ClientId, uint64_t>;
  Process& change(Process& process) {
    changed_.insert(process.name);
    return process;
  }
  Process* change(Process* process) { return process ? &change(*process) : nullptr; }

  Map processes_;
  std::unordered_map<LaunchId, Process*> by_launch_;
  std::map<Exchange, Process*> exchanges_;
  std::set<std::pair<MonoTime, ProcessName>> deadlines_;
  std::set<ProcessName> changed_;
};

}  // namespace muster
