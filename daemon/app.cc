// See app.h. Events go into a queue and are handled one after the other, so that an action that
// causes an event at once does not find the core in the middle of another.
#include "daemon/app.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <deque>

#include "base/uv/signal_watch.h"
#include "base/uv/timer.h"
#include "base/zmq/zap.h"
#include "daemon/config/formation.h"
#include "daemon/edge/attachments.h"
#include "daemon/edge/bus_socket.h"
#include "daemon/edge/control_socket.h"
#include "daemon/edge/formation_file.h"
#include "daemon/edge/intake.h"
#include "daemon/edge/machine.h"
#include "daemon/edge/port_watch.h"
#include "daemon/edge/process_tree.h"
#include "daemon/edge/processes.h"
#include "daemon/edge/replay_desk.h"
#include "daemon/edge/status.h"
#include "router/router.h"

namespace muster {

namespace {
// How long a terminal that is stopped may hold up the end of a foreground run.
constexpr Nanos last_words_patience = 2s;

// Every record appears on the bus, and the foreground is told that there is something to read.
struct Announcer : Bus {
  void publish(std::string_view topic, std::string_view payload) override {
    bus->publish(topic, payload);
    if (foreground) foreground->wake();
  }
  std::unique_ptr<BusSocket> bus;
  std::optional<Foreground> foreground;
};

}  // namespace

struct App::Parts {
  explicit Parts(AppSetup given);
  Result<> open();
  Result<> open_core();

  void post(Event event);
  void handle_posted();
  void arm_deadline();
  void carry_out(Action& action);

  void on(Launch& action);
  void on(Kill& action) { processes->kill(action.launch, action.signal); }
  void on(WatchPort& action) { port_watch->watch(action.launch, action.port); }
  void on(Publish& action);
  void on(Answer& action);
  void on(PassToLaunch& action);
  void on(SaveFormation& action);
  void on(ReadModel& action);
  void on(AnswerStatus& action);
  void on(Finish& action);

  void on_request(ClientId client, Request request);
  bool on_hangup_is_end() const;

  AppSetup setup;
  MonoTime started = read_clocks().mono;
  int exit_status = 0;
  std::deque<Event> posted;
  bool handling = false;

  Loop loop;
  ZmqContext zmq;
  std::optional<ZapGate> gate;
  std::unique_ptr<ControlSocket> control;
  Announcer announcer;
  std::optional<Router> router;
  std::optional<ReplayDesk> replays;
  std::optional<Intake> intake;
  std::optional<Attachments> attachments;
  std::optional<Processes> processes;
  std::optional<PortWatch> port_watch;
  std::optional<FormationFile> formation_file;
  std::optional<Core> core;
  Timer deadline;
  std::optional<SignalWatch> interrupt, terminate, hangup;
};

App::Parts::Parts(AppSetup given)
    : setup(std::move(given)), deadline(loop, [this] { post(Tick{}); }) {}

// The order matters: sockets before anything that takes descriptors, the journal before processes.
Result<> App::Parts::open() {
  const Endpoints& places = setup.endpoints;
  FdLimits fd_limits = raise_fd_limit();
  // What a launch leaves behind comes to us, or it would be nobody's to end.
  if (auto reaper = become_subreaper(); !reaper) return tl::unexpected(reaper.error());
  gate.emplace(loop, zmq, [](std::string_view address) {
    int64_t uid = uid_of_ipc_peer(address);
    return uid == 0 || uid == static_cast<int64_t>(geteuid());
  });

  auto bus_bound = BusSocket::bind(loop, zmq, *gate, places.bus());
  if (!bus_bound) return tl::unexpected(bus_bound.error());
  announcer.bus = std::move(*bus_bound);
  auto control_bound = ControlSocket::bind(loop, zmq, places.control(),
                                           {[this](ClientId client, Request request) {
                                              on_request(std::move(client), std::move(request));
                                            },
                                            [this](ClientId client) {
                                              attachments->forget(client);
                                              post(ClientLost{std::move(client)});
                                            }});
  if (!control_bound) return tl::unexpected(control_bound.error());
  control = std::move(*control_bound);

  auto router_opened = Router::open({places.journal_dir(), places.windows_file()}, announcer);
  if (!router_opened) return tl::unexpected(router_opened.error());
  router.emplace(std::move(*router_opened));
  router->end_recovery(read_clocks());
  if (setup.foreground)
    announcer.foreground.emplace(places.journal_dir(), router->head().seq + 1, STDOUT_FILENO,
                                 *setup.foreground);
  replays.emplace(loop, places.journal_dir(), [this](const ClientId& client, const Reply& reply) {
    return control->send(client, reply);
  });

  auto spawner = Spawner::open(loop, {setup.directory, find_muster_exec(), fd_limits.before});
  if (!spawner) return tl::unexpected(spawner.error());
  intake.emplace(loop, *router, [this] { processes->output_changed(); });
  attachments.emplace(
      loop,
      [this](const ClientId& client, const Reply& reply) { return control->send(client, reply); },
      [this] { processes->output_changed(); });
  processes.emplace(loop, places.app, std::move(*spawner), *intake, *attachments,
                    [this](Event event) {
                      if (auto* gone = std::get_if<Gone>(&event)) port_watch->forget(gone->launch);
                      post(std::move(event));
                    });
  port_watch.emplace(
      loop, [this](LaunchId launch) { return processes->members(launch); },
      [this](Event event) { post(std::move(event)); });
  formation_file.emplace(loop, places.formation_file());
  return open_core();
}

Result<> App::Parts::open_core() {
  FormationCounts wish = one_of_each(setup.model.types);
  if (setup.formation) {
    wish = *setup.formation;
    if (Result<> saved = formation_file->save(wish); !saved) return saved;
  } else if (auto last = formation_file->load(); !last) {
    spdlog::error("the last formation is lost, starting one of each type: {}", last.message());
  } else if (*last) {
    wish = **last;
  }
  // Each launch publishes at least one record, so this is higher than any launch id before.
  setup.core.first_launch = router->head().seq + 1;
  core.emplace(setup.model, std::move(wish), setup.core);
  return {};
}

void App::Parts::post(Event event) {
  posted.push_back(std::move(event));
  if (!handling) handle_posted();
}

void App::Parts::handle_posted() {
  handling = true;
  while (!posted.empty()) {
    Event event = std::move(posted.front());
    posted.pop_front();
    for (Action& action : core->handle(std::move(event), read_clocks())) carry_out(action);
  }
  handling = false;
  arm_deadline();
}

void App::Parts::arm_deadline() {
  if (auto due = core->next_deadline())
    deadline.at(*due);
  else
    deadline.disarm();
}

void App::Parts::carry_out(Action& action) {
  std::visit([this](auto& exact) { on(exact); }, action);
}

void App::Parts::on(Launch& action) {
  if (action.attached) control->watch(action.attached->client, action.attached->request_id);
  processes->start(std::move(action));
}

void App::Parts::on(Publish& action) { router->publish(std::move(action.event), read_clocks()); }

void App::Parts::on(Answer& action) {
  if (!action.reply.more) control->unwatch(action.client, action.reply.id);
  (void)control->send(action.client, action.reply);
}

void App::Parts::on(PassToLaunch& action) {
  if (auto* credit = std::get_if<CreditRequest>(&action.body))
    attachments->grant(action.launch, credit->messages);
  else if (auto* input = std::get_if<InputRequest>(&action.body))
    attachments->input(action.launch, input->data, input->eof);
  else if (auto* signal = std::get_if<SignalRequest>(&action.body))
    processes->kill(action.launch, signal->number);
}

void App::Parts::on(SaveFormation& action) {
  if (Result<> saved = formation_file->save(action.formation); !saved)
    spdlog::error("the formation is not kept: {}", saved.message());
}

void App::Parts::on(ReadModel&) {
  Result<LoadedModel> loaded = load_model(setup.files);
  if (!loaded) return post(ModelRead{tl::unexpected(loaded.error())});
  for (auto& complaint : loaded->complaints) spdlog::warn("{}", complaint.text());
  post(ModelRead{std::move(loaded->model)});
}

void App::Parts::on(AnswerStatus& action) {
  auto& status = std::get<StatusReply>(action.reply.body);
  status.app = setup.endpoints.app;
  status.directory = setup.directory;
  fill_status(status, router->head(), router->alarms());
  status.uptime_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(read_clocks().mono - started).count();
  status.clients_refused = control->refused() + gate->refused() + announcer.bus->refused();
  (void)control->send(action.client, action.reply);
}

void App::Parts::on(Finish& action) {
  exit_status = action.exit_status;
  processes->end_orphans();
  loop.stop();
}

void App::Parts::on_request(ClientId client, Request request) {
  if (replays->take(client, request)) return;
  post(Requested{std::move(client), std::move(request)});
}

// A foreground run whose terminal is closed ends; a daemon that gets SIGHUP reads its files again.
bool App::Parts::on_hangup_is_end() const { return setup.foreground && isatty(STDIN_FILENO); }

App::App(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
App::~App() = default;

Result<std::unique_ptr<App>> App::open(AppSetup setup) {
  auto parts = std::make_unique<Parts>(std::move(setup));
  if (Result<> opened = parts->open(); !opened) return tl::unexpected(opened.error());
  return std::unique_ptr<App>(new App(std::move(parts)));
}

int App::run(std::function<void()> on_ready) {
  Parts& p = *parts_;
  auto watch = [&p](std::optional<SignalWatch>& place, int number, int meaning) {
    place.emplace(p.loop, number, [&p, meaning] { p.post(Signalled{meaning}); });
  };
  watch(p.interrupt, SIGINT, SIGINT);
  watch(p.terminate, SIGTERM, SIGTERM);
  watch(p.hangup, SIGHUP, p.on_hangup_is_end() ? SIGTERM : SIGHUP);

  Timer ready(p.loop, std::move(on_ready));
  ready.after(0ms);
  for (Action& action : p.core->start(read_clocks())) p.carry_out(action);
  p.handle_posted();
  p.loop.run();
  p.announcer.bus->flush();
  if (p.announcer.foreground)
    p.announcer.foreground->drain(p.router->head().seq, last_words_patience);
  return p.exit_status;
}

}  // namespace muster
