// See app.h. Here: how the parts are opened, and the queue of events: they are handled one after
// the other, so that an action that causes an event at once does not find the core in the middle of
// another.
#include "daemon/app.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "base/killpoint.h"
#include "daemon/app_parts.h"
#include "daemon/app_setup.h"
#include "daemon/config/formation.h"
#include "daemon/edge/linux/cgroup_place.h"
#include "daemon/edge/linux/machine.h"

namespace muster {

namespace {
// How long a terminal that is stopped may hold up the end of a foreground run.
constexpr Nanos last_words_patience = 2s;

// The formation that was kept, and the types that it has never had. In the foreground these start
// with one process, as at the first start; in the background an operator decides on them.
FormationCounts start_with(FormationCounts kept, const AppSetup& setup) {
  for (auto& type : setup.model.types) {
    const uint32_t one = std::min(1U, scalability(type).most);
    if (one == 0 || kept.contains(type.name)) continue;
    if (setup.foreground) {
      kept[type.name] = one;
      continue;
    }
    const std::string said =
        fmt::format("{0} is new and runs no process: ctl scale {0}=1", type.name);
    spdlog::warn("{}", said);
    // The log is a file by now, and the terminal of the start still shows this.
    (void)std::fputs(fmt::format("musterd: {}\n", said).c_str(), stderr);
  }
  return kept;
}
}  // namespace

App::Parts::Parts(AppSetup given)
    : setup(std::move(given)),
      deadline(loop, [this] { post(Tick{}); }),
      leave(loop, [this] { leave_when_taken(); }),
      keeper_again(loop, [this] { start_keeper(); }),
      keeper_settled(loop,
                     [this] {
                       keeper_trouble.clear();
                       keeper_deaths = 0;
                     }),
      file_look(loop, [this] { look_at_files(); }),
      model_files(loop),
      look_given_up(loop, [this] {
        look_is_stuck = true;
        answer_waiting();
      }) {}

// The order matters: sockets before anything that takes descriptors, the journal before processes.
Result<> App::Parts::open() {
  const Endpoints& places = setup.endpoints;
  FdLimits fd_limits = raise_fd_limit();
  // The orphans of a launch become our children, or no process would end them.
  if (auto reaper = become_subreaper(); !reaper) return tl::unexpected(reaper.error());
  if (!std::getenv(dumpable_variable)) hide_from_equals();
  gate.emplace(loop, zmq, [](std::string_view address) {
    int64_t uid = uid_of_ipc_peer(address);
    return uid == 0 || uid == static_cast<int64_t>(geteuid());
  });

  auto bus_bound = BusSocket::bind(loop, zmq, *gate, under_way, places.bus());
  if (!bus_bound) return tl::unexpected(bus_bound.error());
  announcer.bus = std::move(*bus_bound);
  auto control_bound =
      ControlSockets::bind(loop, zmq, places, under_way,
                           {[this](ControlSockets::Came came) { on_request(std::move(came)); },
                            [this](const ClientId& client) { return waiting.has(client); },
                            [this](const ClientId& client) { on_client_lost(client); },
                            [this](int64_t pid) { return front && front->is(pid); }});
  if (!control_bound) return tl::unexpected(control_bound.error());
  control = std::move(*control_bound);
  outlet = {
      [this](const ClientId& client, const Reply& reply) { return control->send(client, reply); },
      [this](const ClientId& client, ptrdiff_t bytes) { control->hold(client, bytes); }};

  formation_file.emplace(loop, places.formation_file());
  if (Result<> opened = open_ledger(); !opened) return opened;
  KeeperLink& keeper = *setup.keeper;
  auto router_opened = Router::open(
      {places.journal_dir(), places.windows_file(), std::move(keeper.kept(Single::windows)),
       setup.journal, ledger->journal(), places.poison_dir()},
      announcer);
  if (!router_opened) return tl::unexpected(router_opened.error());
  router.emplace(std::move(*router_opened));
  journal_sync.emplace(loop, *router);
  journal_packing.emplace(loop, *router);
  keeper.keep(Single::windows, router->windows_fd());
  if (setup.foreground) open_foreground();
  replays.emplace(
      loop, places.journal_dir(),
      [this](const ReplayRequest& request) {
        return ReplayDesk::Bounds{router->first_missing(request), router->head().seq,
                                  router->journal()};
      },
      outlet, router->head().seq);
  announcer.replays = &*replays;

  listen_sockets.emplace(setup.directory, keeper);
  accept_watch.emplace(
      loop, *listen_sockets, [this](LaunchId launch) { return processes->members(launch); },
      [this](Event event) { post(std::move(event)); });
  auto spawner = Spawner::open(
      loop, {setup.directory, places.checkouts_dir(), find_beside_us("muster-exec"),
             fd_limits.before, setup.foreground.has_value(),
             [this](const ListenAddress& address) { return listen_sockets->get(address); }});
  if (!spawner) return tl::unexpected(spawner.error());
  intake.emplace(loop, *router, [this] { processes->output_changed(); });
  consoles.emplace(loop, *intake, outlet);
  attachments.emplace(
      loop, outlet, [this] { processes->output_changed(); },
      [this](LaunchId launch) { processes->input_ended(launch); });
  processes.emplace(loop, ProcessTree(places.app, ledger->run(), keeper.pid()),
                    LaunchCgroups(ledger->run().cgroup,
                                  cgroup_name(places.app, ledger->run().token), keeper.pid()),
                    std::move(*spawner), keeper, *ledger, *consoles, *attachments,
                    [this](Event event) {
                      if (auto* exited = std::get_if<Exited>(&event)) {
                        port_watch->tell_at_exit(exited->launch);
                        forget(*exited);
                      }
                      post(std::move(event));
                    });
  processes->remove_left(cgroup_name(places.app, place_id(places.state_dir, places.runtime_dir)));
  announcer.log_watch.emplace(loop, [this](Event event) { post(std::move(event)); });
  memory_watch.emplace(
      loop, [this](LaunchId launch) { return processes->times_out_of_memory(launch); },
      [this](Event event) { post(std::move(event)); });
  port_watch.emplace(
      loop, [this](LaunchId launch) { return processes->members(launch); },
      [this](Event event) { post(std::move(event)); });
  probes.emplace(
      loop, [this](LaunchId launch) { return processes->whereabouts(launch); },
      [this](Event event) { post(std::move(event)); });
  health_checks.emplace(
      loop, [this](LaunchId launch) { return processes->whereabouts(launch); },
      [this](Event event) { post(std::move(event)); });
  size_watch.emplace(
      loop, [this](LaunchId launch) { return processes->usage(launch).memory_bytes; },
      [this](Event event) { post(std::move(event)); });
  source_watch.emplace(loop, places.watched_file(),
                       [this](Event event) { post(std::move(event)); });
  auto notify_bound =
      NotifySocket::bind(setup.endpoints.notify_socket(), std::move(keeper.kept(Single::notify)));
  if (!notify_bound) return within(notify_bound.error(), "NOTIFY_SOCKET");
  notify_socket.emplace(
      loop, setup.endpoints.notify_socket(), std::move(*notify_bound),
      [this](pid_t pid) { return processes->owner(pid); },
      [this](Event event) { post(std::move(event)); });
  keeper.keep(Single::notify, notify_socket->fd());
  release_file.emplace(loop, places.releases_file());
  open_helpers();
  return open_core();
}

// Goes on behind what an earlier supervisor has shown, if there was one.
void App::Parts::open_foreground() {
  UniqueFd position = open_position(setup.endpoints.shown_file());
  uint64_t shown = router->head().seq;
  if (!ledger->empty()) shown = std::min(shown, read_position(position).value_or(shown));
  announcer.foreground.emplace(setup.endpoints.journal_dir(), shown + 1, std::move(position),
                               STDOUT_FILENO, *setup.foreground);
}

Result<> App::Parts::open_core() {
  if (Result<> chosen = choose_model(); !chosen) return chosen;
  FormationCounts wish = one_of_each(setup.model.types);
  if (!ledger->empty()) {
    wish = ledger->memory().daemon.formation;
    // An earlier supervisor may have failed to, and have tried again.
    (void)formation_file->save(wish, ledger->number());
  } else if (setup.formation) {
    wish = *setup.formation;
    if (Result<> saved = formation_file->save(wish, ledger->number()); !saved) return saved;
  } else if (auto last = formation_file->load(); !last) {
    spdlog::error("the last formation is lost, starting one of each type: {}", last.message());
  } else if (*last) {
    wish = start_with((*last)->counts, setup);
  }
  if (Result<> possible = exit_on_can_come(setup, wish); !possible) return possible;
  // Each launch publishes at least one record, so this is higher than any launch id before; unless
  // it was only begun, and has left its window.
  setup.core.first_launch = router->head().seq + 1;
  for (auto& stream : router->recovered())
    setup.core.first_launch = std::max(setup.core.first_launch, stream.launch + 1);
  setup.core.starts_anew = !setup.is_successor;
  core.emplace(setup.model, std::move(wish), setup.core, setup.releases);
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
    const auto* read = std::get_if<ModelRead>(&event);
    const bool reloaded = read && !read->of_release;
    perform(core->handle(std::move(event), read_clocks()));
    if (reloaded) setup.keeper->tell_service("READY=1");
  }
  handling = false;
  arm_deadline();
}

// Decisions are kept before any of them is carried out, so that a successor can do the rest.
void App::Parts::perform(std::vector<Action> actions) {
  killpoint(Killpoint::step_decided);
  if (core->is_ending()) tell_service_of_the_end();
  keep_model();
  if (auto note = core->take_note(actions)) {
    note->after = router->head().seq;
    if (Result<> kept = ledger->keep(std::move(*note)); !kept)
      spdlog::error("a crash now would be noticed: {}", kept.message());
    else
      in_force->settle();
  }
  killpoint(Killpoint::step_kept);
  for (Action& action : actions) {
    carry_out(action);
    killpoint(Killpoint::action_done);
  }
}

void App::Parts::arm_deadline() {
  if (auto due = core->next_deadline())
    deadline.at(*due);
  else
    deadline.disarm();
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

std::optional<int> App::run(std::function<void()> on_ready) {
  Parts& p = *parts_;
  auto watch = [&p](std::optional<SignalWatch>& place, int number, int meaning) {
    place.emplace(p.loop, number, [&p, meaning] { p.post(Signalled{meaning}); });
  };
  watch(p.interrupt, SIGINT, SIGINT);
  watch(p.terminate, SIGTERM, SIGTERM);
  watch(p.quit, SIGQUIT, SIGQUIT);
  watch(p.hangup, SIGHUP, p.on_hangup_is_end() ? SIGTERM : SIGHUP);

  Timer ready(p.loop, std::move(on_ready));
  ready.after(0ms);
  p.handling = true;
  p.perform(p.ledger->empty() ? p.begin() : p.go_on());
  p.router->end_recovery(read_clocks());
  killpoint(Killpoint::recovery_ended);
  p.setup.keeper->forget_untaken();
  p.setup.keeper->watch(
      p.loop, [&p] { p.replace_keeper(); }, [&p] { p.deposit_all(); });
  p.watch_files();
  p.handle_posted();
  p.loop.run();
  p.journal_sync->finish();
  p.announcer.bus->flush();
  if (p.replaced)
    p.setup.keeper->upgrade();
  else
    p.setup.keeper->finish(p.exit_status);
  p.setup.keeper->unwatch();
  if (p.replaced) return {};
  if (p.announcer.foreground)
    p.announcer.foreground->drain(p.router->head().seq, last_words_patience);
  return p.exit_status;
}

}  // namespace muster
