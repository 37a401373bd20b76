// See app.h. Here: each of the core's actions handed to the part that carries it out.
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "daemon/app_parts.h"
#include "daemon/core/listing.h"
#include "daemon/edge/launch/ability.h"
#include "daemon/edge/report/status.h"
#include "proto/fit.h"

namespace muster {
namespace {

// The loop waits meanwhile, and the keeper gives it 8 s.
constexpr Nanos pipe_patience = 3s;

}  // namespace

void App::Parts::carry_out(Action& action) {
  std::visit([this](auto& exact) { on(exact); }, action);
}

void App::Parts::on(Launch& action) {
  launched = true;
  if (action.notifies) action.env.emplace_back("NOTIFY_SOCKET", setup.endpoints.notify_socket());
  if (action.surroundings.quotas.memory) memory_watch->watch(action.launch);
  processes->start(std::move(action));
}

void App::Parts::on(AwaitReady& action) {
  if (action.readiness.kind == Readiness::Kind::port)
    port_watch->watch(action.launch, action.port);
  else if (action.readiness.kind == Readiness::Kind::log)
    announcer.log_watch->watch(action.launch, action.readiness.what);
  else if (action.readiness.kind == Readiness::Kind::accept)
    accept_watch->watch(action.launch, action.listen.value_or(ListenAddress{}));
  else
    probes->watch(action);
}

void App::Parts::on(WatchOver& action) {
  health_checks->watch(action);
  size_watch->watch(action);
}

// A process that has exited is not waited for any more.
void App::Parts::forget(const Exited& exited) {
  const LaunchId launch = exited.launch;
  consoles->end(launch, exited.status.status());
  memory_watch->forget(launch);
  port_watch->forget(launch);
  probes->forget(launch);
  accept_watch->forget(launch);
  health_checks->forget(launch);
  size_watch->forget(launch);
  announcer.log_watch->forget(launch);
}

void App::Parts::on(Kill& action) {
  if (action.to_end) intake->hurry(action.launch);
  processes->kill(action);
}

void App::Parts::on(Publish& action) { router->publish(std::move(action.event), read_clocks()); }

void App::Parts::on(Answer& action) {
  if (auto* scaled = std::get_if<ScaleReply>(&action.reply.body))
    scaled->not_kept = formation_file->alarm();
  if (auto* releases = std::get_if<ReleasesReply>(&action.reply.body))
    for (auto& row : releases->releases)
      if (row.state.empty() && access(directory_of(row.code).c_str(), F_OK) != 0)
        row.state = "gone";
  if (auto* version = std::get_if<VersionReply>(&action.reply.body)) {
    version->journal = router->journal();
    version->next_server_key = remote_keys->next_server_key(read_clocks().wall);
  }
  fit(action.reply);
  (void)control->send(action.client, action.reply);
}

void App::Parts::on(AnswerPs& action) {
  auto& rows = std::get<PsReply>(action.reply.body).processes;
  for (size_t i = 0; i < rows.size(); i++) {
    if (action.launches[i] == 0) continue;
    // A process that is not up yet for that has said it.
    const std::string queue = rows[i].state == "starting" ? "" : queue_before(rows[i].process);
    if (!queue.empty()) rows[i].note = rows[i].note ? *rows[i].note + "; " + queue : queue;
    if (processes->is_stopped(action.launches[i])) {
      const std::string stopped =
          fmt::format("stopped by a signal, ctl kill -s CONT {} lets it go on", rows[i].process);
      rows[i].note = rows[i].note ? stopped + "; " + *rows[i].note : stopped;
    }
    if (!action.usage) continue;
    const auto usage = processes->usage(action.launches[i]);
    rows[i].cpu_ms = std::chrono::duration_cast<std::chrono::milliseconds>(usage.cpu).count();
    rows[i].memory_bytes = usage.memory_bytes;
  }
  fit(action.reply);
  (void)control->send(action.client, action.reply);
}

// The count of those that wait at the socket that this process shares, and for how long already.
std::string App::Parts::queue_before(const std::string& process) const {
  const auto name = parse_process_name(process);
  const ProcessType* type = name ? core->model().find(name->type) : nullptr;
  if (!type || !type->settings.listen) return {};
  return listen_sockets->who_waits(*type->settings.listen, read_clocks().mono);
}

void App::Parts::on(PassToLaunch& action) {
  if (auto* credit = std::get_if<CreditRequest>(&action.body))
    attachments->grant(action.launch, credit->messages);
  else if (auto* input = std::get_if<InputRequest>(&action.body))
    attachments->input(action.launch, input->data, input->eof);
  else if (auto* signal = std::get_if<SignalRequest>(&action.body))
    processes->kill({action.launch, signal->number, false});
  else if (auto* resize = std::get_if<ResizeRequest>(&action.body))
    attachments->resize(action.launch, resize->terminal);
  else if (std::holds_alternative<CancelRequest>(action.body))
    attachments->forget(action.launch);
}

void App::Parts::on(Attach& action) {
  if (!attachments->attach(action)) consoles->attach(action);
}

// A service manager would cut a job off that has a longer grace than the unit has time to stop. So
// it is asked for time until the next thing that is done here without being woken, and some more
// for a busy machine; if that does not happen, it ends everything.
void App::Parts::tell_service_of_the_end() {
  if (!std::exchange(said_stopping, true)) setup.keeper->tell_service("STOPPING=1");
  const MonoTime now = read_clocks().mono;
  const MonoTime until = core->next_deadline().value_or(now) + 10s;
  if (until <= asked_time_until) return;
  asked_time_until = until;
  setup.keeper->tell_service(fmt::format("EXTEND_TIMEOUT_USEC={}", (until - now) / 1us));
}

void App::Parts::on(SaveFormation& action) {
  if (Result<> saved = formation_file->save(action.formation, ledger->number()); !saved)
    notify(fmt::format("The formation is not kept: {}; trying again", saved.message()));
}

void App::Parts::on(ReadModel& action) {
  if (!action.code.empty() && access(directory_of(action.code).c_str(), F_OK) != 0)
    return post(ModelRead{fail("the checkout {} is no longer there", action.code), action.code,
                          action.of_release});
  if (!action.of_release)
    setup.keeper->tell_service(
        fmt::format("RELOADING=1\nMONOTONIC_USEC={}", read_clocks().mono.time_since_epoch() / 1us));
  ModelFiles files = setup.files;
  files.directory = directory_of(action.code);
  files.pipe_patience = pipe_patience;
  files.confined = !action.code.empty();
  Result<LoadedModel> loaded = load_flawless_model(files);
  if (!loaded)
    return post(ModelRead{tl::unexpected(loaded.error()), action.code, action.of_release});
  for (auto& complaint : loaded->complaints) spdlog::warn("{}", complaint.text());
  auto impossible = what_is_impossible(loaded->model, core->model(), [this](const Quotas& quotas) {
    return processes->why_no_limits(quotas);
  });
  if (impossible) return post(ModelRead{fail("{}", *impossible), action.code, action.of_release});
  post(ModelRead{std::move(loaded->model), action.code, action.of_release});
}

void App::Parts::on(KeepReleases& action) {
  release_file->keep(action.releases, [this](Result<> outcome) {
    if (outcome) setup.releases_trouble.clear();
    post(ReleaseKept{std::move(outcome)});
  });
}

void App::Parts::on(AnswerStatus& action) {
  auto& status = std::get<StatusReply>(action.reply.body);
  status.app = setup.endpoints.app;
  status.directory = directory_of(status.directory);  // the core knows its code
  status.journal = router->journal();
  status.cgroup = ledger->run().cgroup;
  std::vector<std::string> alarms = router->alarms();
  for (auto* trouble : {&setup.files_trouble, &setup.releases_trouble, &keeper_trouble})
    if (!trouble->empty()) alarms.push_back(*trouble);
  alarms.insert(alarms.end(), setup.troubles.begin(), setup.troubles.end());
  if (const auto stopped = processes->stopped(); !stopped.empty())
    alarms.push_back("stopped by a signal: " + listing(stopped));
  for (auto& text : file_alarms.all(read_clocks())) alarms.push_back(std::move(text));
  if (auto text = front->alarm(); !text.empty()) alarms.push_back(std::move(text));
  fill_status(status, router->head(), std::move(alarms));
  fill_helpers(status, action.role);
  status.keeper_pid = status.pid = setup.keeper->pid();
  if (action.role < Role::admin) {
    status.directory.clear();
    status.pid = status.keeper_pid = status.supervisor_pid = 0;
  }
  status.uptime_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(read_clocks().mono - started).count();
  status.clients_refused = control->refused() + gate->refused() + announcer.bus->refused();
  status.clients_dropped = under_way.dropped();
  status.bytes_under_way = under_way.all()->bytes();
  status.exchanges = static_cast<uint32_t>(replays->exchanges() + consoles->exchanges() +
                                           attachments->exchanges());
  fit(action.reply);
  (void)control->send(action.client, action.reply);
}

void App::Parts::on(Finish& action) {
  exit_status = action.exit_status;
  front->finish();
  processes->end_orphans();
  listen_sockets->end();
  ledger->end();
  in_force->end();
  loop.stop();
}

}  // namespace muster
