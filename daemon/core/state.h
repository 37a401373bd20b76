// The parts of the core, and one member function per verb. The functions are in requests_*.cc, one
// file per group of verbs. Only for this room.
#pragma once

#include <deque>
#include <set>

#include "daemon/core/core.h"
#include "daemon/core/denials.h"
#include "daemon/core/driver.h"
#include "daemon/core/note.h"
#include "daemon/core/selection.h"
#include "daemon/core/timetable.h"

namespace muster {

struct Core::State {
  State(AppModel model, const FormationCounts& wished, const CoreOptions& core_options,
        Releases kept);

  std::vector<Action> start(Now now);
  std::vector<Action> resume(const Memory& memory, Now now);
  std::vector<Action> handle(Event event, Now now);
  Note take_note(const std::vector<Action>& actions);

  void on(const Requested& event);
  void on(const ClientLost& event);
  bool knows(const ClientId& client);
  void on(ModelRead& event);
  void on(const FilesSeen& event);
  void on(const SourcesChanged& event);
  void on(const ReleaseKept& event);
  void on(const Signalled& event);

  // Requests. Each is answered exactly once, now or later; the last four belong to another one's
  // exchange and are not answered themselves.
  void ask(const Asker& asker, const std::string& by, const PsRequest& request);
  void ask(const Asker& asker, const std::string& by, const StatusRequest& request);
  void ask(const Asker& asker, const std::string& by, const VersionRequest& request);
  void ask(const Asker& asker, const std::string& by, const ReplayRequest& request);
  void ask(const Asker& asker, const std::string& by, const ScaleRequest& request);
  void ask(const Asker& asker, const std::string& by, const StartRequest& request);
  void ask(const Asker& asker, const std::string& by, const StopRequest& request);
  void ask(const Asker& asker, const std::string& by, const RestartRequest& request);
  void ask(const Asker& asker, const std::string& by, const KillRequest& request);
  void ask(const Asker& asker, const std::string& by, const RunRequest& request);
  void ask(const Asker& asker, const std::string& by, const AttachRequest& request);
  void ask(const Asker& asker, const std::string& by, const ReloadRequest& request);
  void ask(const Asker& asker, const std::string& by, const ConfigRequest& request);
  void ask(const Asker& asker, const std::string& by, const ReleasesRequest& request);
  void ask(const Asker& asker, const std::string& by, const RollbackRequest& request);
  void ask(const Asker& asker, const std::string& by, const DeployRequest& request);
  void ask(const Asker& asker, const std::string& by, const ShutdownRequest& request);
  void ask(const Asker& asker, const std::string& by, const UpgradeRequest& request);
  void ask(const Asker& asker, const std::string& by, const KeyRequest& request);
  void ask(const Asker& asker, const std::string& by, const CreditRequest& request);
  void ask(const Asker& asker, const std::string& by, const InputRequest& request);
  void ask(const Asker& asker, const std::string& by, const SignalRequest& request);
  void ask(const Asker& asker, const std::string& by, const ResizeRequest& request);
  void ask(const Asker& asker, const std::string& by, const CancelRequest& request);

  // The processes that a waiting client wants to see up: see requests_wait.cc.
  Arrival arrival_of(std::vector<ProcessName> coming, std::vector<ProcessName> leaving,
                     uint32_t wait, LaunchId from = 0) const;
  Arrival arrival_of_scaled(const std::vector<std::pair<std::string, uint32_t>>& changed,
                            uint32_t wait);
  Arrival arrival_of_release(LaunchId from, uint32_t wait) const;
  Waiting::Outlook outlook_of(Arrival& arrival, bool reported) const;
  Waiting::Outlook outlook_of_processes(Arrival& arrival) const;
  struct Whereabouts;
  Whereabouts whereabouts_of(const Arrival& arrival, size_t which) const;
  Whereabouts whereabouts_of_coming(const Process& process, const Arrival& arrival) const;
  RefusedReply refusal_of(const Arrival& arrival) const;

  void refuse(const Asker& asker, Refusal refusal, std::string message);
  void deny(const Asker& asker, const Request& request);
  void announce(RecordKind kind, std::string text, const std::string& by);

  // The client whose wish is carried out at this moment, for the events that come of it.
  struct Wisher {
    std::string by;
    Role role;
    std::string address;
  };
  std::optional<Wisher> now_asks;
  void add_wisher(EventRecord& record) const;
  class Asking {
   public:
    Asking(State& state, const Asker& asker, const std::string& by)
        : state_(state),
          before_(std::exchange(state.now_asks, Wisher{by, asker.role, asker.address})) {}
    ~Asking() { state_.now_asks = std::move(before_); }
    Asking(const Asking&) = delete;

   private:
    State& state_;
    std::optional<Wisher> before_;
  };

  // Brings the processes to a new formation: highest numbers stop first, then the lowest start.
  void adopt(FormationCounts wanted, const std::string& by);

  // A restart goes on: in each type that it concerns the next one's turn comes, if it is time.
  void roll_on();
  bool roll_on(const std::vector<Process*>& of_type);
  std::vector<std::string> those_that_lack(std::vector<Process*>& to_restart);
  size_t roll_width(const std::string& type) const;
  void stop_rolling(const Process& because, const std::vector<Process*>& of_type);

  // The app's files are not what is in force; see files_seen.cc.
  void tell_of_files();
  std::string files_hint() const;
  std::optional<std::string> only_in_new_files(const RequestBody& body) const;

  // A reload that waits for its ModelRead; one that a signal asked for has no client to answer.
  struct Reload {
    std::optional<Asker> asker;
    std::string by;
  };
  static constexpr size_t reload_limit = 64;  // each is one more reading of the same files
  void begin_reload(Reload reload);
  std::vector<std::string> reload(AppModel model, const std::string& by);
  std::string effect_on_formation(const std::string& type, const FormationCounts& wanted);
  ChangedKeys changes_of(const ProcessType& before, const ProcessType& after) const;
  void answer_reload(const Reload& reload, Result<AppModel>& model);

  // A change of the release that is under way, the first in line, or waits for its turn.
  struct TakeBack {};  // the release on trial
  struct Change {
    std::optional<Asker> asker;
    std::string by;
    std::variant<ConfigRequest, RollbackRequest, DeployRequest, TakeBack> wanted;
  };
  static constexpr size_t change_limit = 64;  // each may hold as much as a message
  static constexpr size_t changes_of_client = 16;
  void begin_change(Change change);
  void go_on_changing();
  Verdict<std::optional<Release>> plan(const Change& change) const;
  void end_change(ReplyBody body, LaunchId from = 0);
  void prepare_next();
  void go_on_with_next();
  bool another_is_prepared();
  bool waits_for_change(const Asker& asker) const;
  void keep_next();
  void on_model_of_next(Result<AppModel>& model);
  void put_in_force(const Release& before, std::optional<AppModel> model);
  void give_turn(Process& process);
  void resume_release(const Memory& memory);
  void refuse_changes();

  // New code, until all of it has come up.
  struct Trial {
    uint64_t release, back_to;
    LaunchId first_launch;          // of those with the new code
    FormationCounts formation;      // before it
    std::string failure;            // why it is being taken back
    std::optional<MonoTime> until;  // all have come up; then it has stood its trial
  };
  void judge_trial();
  void take_back(const Process& because);
  std::optional<MonoTime> trial_deadline() const {
    return trial && phase == Phase::running ? trial->until : std::nullopt;
  }

  // The formation that people wish, also where the types do not let it be so now.
  FormationCounts wish() const;
  // The formation for the types as they are, of which what they do not let be is put by.
  FormationCounts fit(const FormationCounts& wished);

  void take_crashes();
  void tell_crashes();
  const std::string* command_on_crash(const std::string& type) const;
  void judge_crash_command(const Driver::Ended& ended);

  void launch_what_is_due();
  const Process* running_task(const ProcessType& type);
  std::optional<std::string> why_not_beside(const ProcessType& type);
  void judge_run(const Driver::Ended& ended);
  void forget_what_has_no_schedule();
  void stop_schedules(const std::vector<std::string>& words, bool stop);
  void launch_scheduled(const ProcessType& type);
  std::optional<MonoTime> due_deadline() const {
    return phase == Phase::running ? next_look : std::nullopt;
  }

  DaemonNote daemon_note() const;
  void repeat_signals(const Note& last);
  void await_clients(const Memory& memory);
  void attach_again(const Asker& asker, const AttachRequest& request);
  void give_up_clients();
  void settle_formation(const FormationCounts& before);
  void take_shutdown_back();

  enum class Phase : uint8_t {
    running,
    ending,    // shutting down
    hurrying,  // shutting down, and a second signal has asked not to wait
    finished,
  };
  // The sockets of the types that share one are to be open.
  void listen();
  void begin_shutdown();
  void end_on_decisive();
  void end_what_nobody_needs();
  void finish_when_all_is_gone();

  CoreOptions options;
  Releases releases;
  Types types;
  uint64_t model_number;  // of the types and of the release that is current
  FormationCounts formation;
  // How many processes are wished of types that may have fewer, as a singleton or one with a cron:
  // for the day when they may.
  FormationCounts put_by;
  Outbox out;
  ProcessTable table;
  std::map<ProcessName, ProcessNote> noted;  // as the last notes have them
  Waiting waiting;
  Driver driver;
  Phase phase = Phase::running;
  std::optional<MonoTime> signalled;  // when the first signal to end came
  std::set<std::string> rolling;      // the types in which a process has a turn
  uint32_t one_offs_named = 0;
  std::vector<ListenAddress> listening;
  std::deque<Reload> reloads;
  Denials denials;
  std::deque<Change> changes;
  std::optional<Release> next;         // that the first of them makes: read, prepared, then kept
  std::optional<AppModel> next_model;  // where its code is another
  std::optional<Trial> trial;
  Timetable timetable;
  std::set<std::string> stopped_schedules;         // the types that `stop` keeps from being run
  std::map<std::string, std::string> failed_runs;  // of types with a schedule: how the last ended
  std::map<std::string, UntoldCrash> untold_crashes;
  std::optional<MonoTime> next_look;        // at the timetable
  std::optional<MonoTime> clients_back_by;  // those of attached one-offs
  std::vector<Asker> awaiting_shutdown;
  int32_t exit_status = 0;  // with which the daemon is to end
  FilesSeen files_seen;
  uint64_t files_told = 0;  // the digest of what the log has been told
};

}  // namespace muster
