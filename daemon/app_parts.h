// The parts of the daemon and how they are wired. For the app_*.cc files alone.
#pragma once

#include <deque>

#include "base/uv/signal_watch.h"
#include "base/uv/timer.h"
#include "base/zmq/zap.h"
#include "daemon/app.h"
#include "daemon/core/reconcile.h"
#include "daemon/edge/helpers/helper.h"
#include "daemon/edge/helpers/remote_key_file.h"
#include "daemon/edge/launch/launches.h"
#include "daemon/edge/launch/listen_sockets.h"
#include "daemon/edge/linux/place_watch.h"
#include "daemon/edge/output/attachments.h"
#include "daemon/edge/output/consoles.h"
#include "daemon/edge/output/intake.h"
#include "daemon/edge/report/alarm_list.h"
#include "daemon/edge/store/formation_file.h"
#include "daemon/edge/store/ledger.h"
#include "daemon/edge/store/release_file.h"
#include "daemon/edge/watch/accept_watch.h"
#include "daemon/edge/watch/files_look.h"
#include "daemon/edge/watch/health_checks.h"
#include "daemon/edge/watch/log_watch.h"
#include "daemon/edge/watch/memory_watch.h"
#include "daemon/edge/watch/notify_socket.h"
#include "daemon/edge/watch/port_watch.h"
#include "daemon/edge/watch/probes.h"
#include "daemon/edge/watch/size_watch.h"
#include "daemon/edge/watch/source_watch.h"
#include "daemon/edge/watch/waiting_requests.h"
#include "router/router.h"
#include "serve/bus_socket.h"
#include "serve/bytes_under_way.h"
#include "serve/control_sockets.h"
#include "serve/exchange.h"
#include "serve/journal_packing.h"
#include "serve/journal_sync.h"
#include "serve/replay_desk.h"

namespace muster {

// Every record appears on the bus, the foreground is told that there is something to read, a wait
// for a line sees it, and followers are woken.
struct Announcer : Bus {
  void publish(std::string_view topic, std::string_view payload) override {
    bus->publish(topic, payload);
    if (foreground) foreground->wake();
    if (log_watch) log_watch->see(payload);
    if (replays) replays->on_published(topic, payload);
  }
  std::unique_ptr<BusSocket> bus;
  std::optional<Foreground> foreground;
  std::optional<LogWatch> log_watch;
  ReplayDesk* replays = nullptr;
};

struct App::Parts {
  explicit Parts(AppSetup given);
  Result<> open();
  void open_foreground();
  Result<> open_ledger();
  void reconcile_with(std::vector<Living> living);
  void tell(std::string text);
  void notify(std::string text);  // without the alarm
  void tell_what_was_found();
  void watch_files();
  void look_at_files();
  void look_at_identity();
  void look_at_locks();
  void look_at_sockets();
  Result<> open_core();
  Result<> choose_model();
  void go_on_with(const InForce& last);
  void restore_release(const Release& last);
  void tell_troubles() const;
  void keep_model();
  void open_helpers();
  void keep_helpers();
  void fill_helpers(StatusReply& status, Role role) const;
  void tell_of_front(std::string text);
  void tell_of_keys(const ChangeKeys& action, const std::string& what);
  void watch_sources();
  std::vector<Action> begin();
  std::vector<Action> go_on();
  void say_the_rest(const Note& last);
  void end_what_is_over(const Memory& memory);
  void leave_when_taken();
  void replace_keeper();
  void start_keeper();
  void no_keeper(const std::string& why);
  void deposit_all();

  void post(Event event);
  void handle_posted();
  void perform(std::vector<Action> actions);
  void tell_service_of_the_end();
  void arm_deadline();
  void carry_out(Action& action);

  std::string directory_of(const std::string& code) const {
    return code.empty() ? setup.directory : setup.endpoints.checkouts_dir() + '/' + code;
  }
  void forget(const Exited& exited);
  std::string queue_before(const std::string& process) const;

  void on(Launch& action);
  void on(Kill& action);
  void on(AwaitReady& action);
  void on(WatchOver& action);
  void on(Publish& action);
  void on(Answer& action);
  void on(PassToLaunch& action);
  void on(Attach& action);
  void on(Listen& action) { listen_sockets->keep_only(action.addresses); }
  void on(SaveFormation& action);
  void on(ReadModel& action);
  void on(KeepReleases& action);
  void on(AnswerPs& action);
  void on(AnswerStatus& action);
  void on(Upgrade& action);
  void on(ChangeKeys& action);
  void on(Finish& action);

  void on_request(ControlSockets::Came came);
  void answer_waiting();
  void post_waited(WaitingRequests::Entry entry);
  void on_client_lost(const ClientId& client);
  bool on_hangup_is_end() const;
  bool wants_a_look(const Request& request) const;
  void look_at_model_files(bool after_launches);
  void on_model_files(FilesSeen seen, uint64_t of_model, bool after_launches);

  AppSetup setup;
  MonoTime started = read_clocks().mono;
  int exit_status = 0;
  std::deque<Event> posted;
  bool handling = false;

  Loop loop;
  ZmqContext zmq;
  std::optional<ZapGate> gate;
  BytesUnderWay under_way;
  Outlet outlet;  // by way of control
  std::optional<ControlSockets> control;
  Announcer announcer;
  std::optional<Router> router;
  std::optional<JournalSync> journal_sync;
  std::optional<JournalPacking> journal_packing;
  std::optional<ReplayDesk> replays;
  std::optional<Intake> intake;
  std::optional<Consoles> consoles;
  std::optional<Attachments> attachments;
  std::optional<ListenSockets> listen_sockets;
  std::optional<AcceptWatch> accept_watch;
  std::optional<Launches> processes;
  std::optional<MemoryWatch> memory_watch;
  std::optional<PortWatch> port_watch;
  std::optional<Probes> probes;
  std::optional<HealthChecks> health_checks;
  std::optional<SizeWatch> size_watch;
  std::optional<SourceWatch> source_watch;
  std::optional<NotifySocket> notify_socket;
  std::optional<FormationFile> formation_file;
  std::optional<ReleaseFile> release_file;
  std::optional<RemoteKeyFile> remote_keys;
  std::optional<Helper> front;
  std::optional<Ledger> ledger;
  std::optional<InForceFile> in_force;
  uint64_t model_kept = 0;         // its number
  std::vector<std::string> found;  // have not been told yet
  std::optional<PlaceWatch> runtime_place, state_place;
  AlarmList file_alarms;
  std::vector<std::string> watch_troubles;  // told of
  unsigned looks = 0;
  std::optional<Core> core;
  Timer deadline, leave, keeper_again, keeper_settled, file_look;
  FilesLook model_files;
  bool launched = false;       // since they were looked at
  bool look_again = false;     // a request came after the look had begun
  bool look_is_stuck = false;  // it is waited for no more
  bool files_differ = false;   // as the core was told last
  WaitingRequests waiting;     // not empty: a look is under way
  Timer look_given_up;
  std::string keeper_trouble;  // an alarm
  int keeper_deaths = 0;       // in a row, of those that have not settled
  bool replaced = false;       // by the next supervisor, which the keeper starts
  MonoTime leave_by{};         // at the latest, then
  bool said_stopping = false;  // to the service manager
  MonoTime asked_time_until;   // of the service manager, for the end
  std::optional<SignalWatch> interrupt, terminate, quit, hangup;
};

}  // namespace muster
