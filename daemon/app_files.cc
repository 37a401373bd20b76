// See app.h. Here: the files that say what runs are not believed alone. Before anything is launched
// the processes themselves are asked, and while it runs, what becomes of the files is watched.
#include <spdlog/spdlog.h>
#include <unistd.h>
#include <algorithm>

#include "base/whole_file.h"
#include "daemon/app_parts.h"
#include "daemon/config/formation.h"
#include "daemon/edge/linux/cgroup_place.h"
#include "daemon/edge/linux/machine.h"
#include "daemon/edge/takeover/lock.h"
#include "daemon/edge/takeover/survey.h"

namespace muster {
namespace {

constexpr Nanos look_every = 1s;
// The keeper gives up on a loop that has said nothing for 8 s.
constexpr int looks_until_alive = 3;

}  // namespace

Result<> App::Parts::open_ledger() {
  const Endpoints& places = setup.endpoints;
  const std::string place = place_id(places.state_dir, places.runtime_dir);
  KeeperLink& keeper = *setup.keeper;
  Run fresh = new_run(place);
  fresh.cgroup = cgroup_for_run(places.app, fresh.token);
  Survey survey;
  auto opened = Ledger::open(
      {{places.ledger_file(), places.state_ledger_file()}, std::move(keeper.kept(Single::ledger))},
      machine_id(), std::move(fresh), [&](const KnownRuns& known) {
        survey = survey_living(places.app, place, known);
        return survey.runs;
      });
  if (!opened) return tl::unexpected(opened.error());
  ledger.emplace(std::move(*opened));
  ledger->deposit_with([&keeper](int file) { keeper.keep(Single::ledger, file); });
  found = ledger->take_told();
  reconcile_with(std::move(survey.living));
  return {};
}

// A formation that was told as done wins, whatever the ledger says.
void App::Parts::reconcile_with(std::vector<Living> living) {
  if (ledger->empty() && living.empty()) return;
  auto saved = formation_file->load();
  if (!saved) found.push_back(fmt::format("The last formation is lost: {}", saved.message()));
  Memory memory = ledger->memory();
  const bool was_empty = ledger->empty();
  const InForce* last = nullptr;  // with which they were launched
  for (auto& one : setup.kept)
    if (one.run == ledger->run().token) last = &one;
  const AppModel& model = last ? last->model : setup.model;
  FormationCounts formation = setup.formation.value_or(one_of_each(model.types));
  bool newer = false;
  if (saved && *saved) {
    formation = (*saved)->counts;
    newer = (*saved)->step > ledger->number();
  } else if (!setup.formation) {
    // Then what lives is all that is known of what was wished.
    for (auto& one : living)
      if (auto count = formation.find(one.process.type); count != formation.end())
        count->second = std::max(count->second, one.process.number);
  }
  if (was_empty) {
    memory.daemon.release = last ? last->release.number : setup.releases.current().number;
    memory.daemon.model = last ? last->number : 0;
  }
  if (newer && !was_empty) {
    found.push_back(fmt::format("The ledger is older than the last formation; going on with {}",
                                format_formation(formation)));
    memory.daemon.formation = formation;
  }
  Reconciled agreed =
      reconcile(std::move(memory), formation, std::move(living), model, read_clocks());
  for (auto& one : agreed.adopted) found.push_back(adopted_text(one));
  for (auto& one : agreed.to_end) found.push_back(second_copy_text(one));
  end_living(agreed.to_end);
  if (was_empty || newer || agreed.changed()) ledger->amend(std::move(agreed.memory));
}

// A notice in the log, a line in the daemon's own, and an alarm for a while.
void App::Parts::tell(std::string text) {
  file_alarms.add(text, read_clocks());
  notify(std::move(text));
}

void App::Parts::notify(std::string text) {
  spdlog::warn("{}", text);
  EventRecord notice;
  notice.kind = RecordKind::notice;
  notice.process = "files";
  notice.text = std::move(text);
  router->publish(std::move(notice), read_clocks());
}

void App::Parts::tell_what_was_found() {
  for (auto& text : std::exchange(found, {})) tell(std::move(text));
}

void App::Parts::watch_files() {
  runtime_place.emplace(setup.endpoints.runtime_dir);
  state_place.emplace(setup.endpoints.state_dir);
  release_file->is_kept(setup.releases);
  look_at_files();
  file_look.every(look_every);
}

void App::Parts::look_at_files() {
  // By this timer, so that an idle daemon wakes up once a second and no more.
  if (looks++ % looks_until_alive == 0) setup.keeper->alive();
  file_alarms.begin_look();
  // First, or what is told here would get into the one that was taken away.
  const bool journal_was_away = router->look_at_journal();
  for (auto* place : {&*runtime_place, &*state_place}) {
    if (place->is_in_place()) continue;
    Result<> made = restore_directories(setup.endpoints, geteuid());
    if (made) made = place->look_anew();
    if (made)
      tell(fmt::format("{} was taken away or replaced; it is made anew", place->path()));
    else
      file_alarms.say(made.message() + "; trying again");
  }
  tell_what_was_found();
  look_at_locks();
  look_at_sockets();
  if (journal_was_away)
    tell(fmt::format("The journal {} was taken away or replaced; it is begun anew behind number {}",
                     setup.endpoints.journal_dir(), router->head().seq));
  ledger->keep(router->journal_mark());
  const Result<bool> windows = router->look_at_windows();
  if (!windows) file_alarms.say(windows.message() + "; trying again");
  if (windows && *windows) {
    setup.keeper->keep(Single::windows, router->windows_fd());
    tell(fmt::format("The windows {} were taken away or replaced; they are made anew",
                     setup.endpoints.windows_file()));
  }
  ledger->look();
  for (auto& text : ledger->take_told()) tell(std::move(text));
  for (auto& text : ledger->alarms()) file_alarms.say(std::move(text));
  if (announcer.foreground && announcer.foreground->look(setup.endpoints.shown_file()))
    tell(fmt::format("{} was taken away or replaced; it is made anew",
                     setup.endpoints.shown_file()));
  if (in_force->look())
    tell(fmt::format("{}{} was taken away or replaced; it is written anew",
                     setup.endpoints.runtime_dir, in_force_name));
  if (auto text = formation_file->look(); !text.empty()) tell(std::move(text));
  if (auto text = release_file->look(); !text.empty()) tell(std::move(text));
  look_at_identity();
  listen_sockets->look(read_clocks().mono);
  source_watch->look();
  auto troubles = source_watch->alarms();
  for (auto& text : troubles) file_alarms.say(text);
  if (troubles != std::exchange(watch_troubles, troubles))
    for (auto& text : troubles) notify(text);
  if (std::exchange(launched, false)) look_at_model_files(true);
  if (!formation_file->alarm().empty()) file_alarms.say(formation_file->alarm());
}

void App::Parts::look_at_identity() {
  const std::string path = setup.endpoints.identity_file();
  if (setup.identity.place.path.empty() || access(path.c_str(), F_OK) == 0) return;
  if (Result<> kept = keep_identity(setup.endpoints, setup.identity, Synced::no); !kept)
    return file_alarms.say(kept.message() + "; trying again");
  tell(fmt::format("{} was taken away; it is written anew", path));
}

void App::Parts::look_at_locks() {
  KeeperLink& keeper = *setup.keeper;
  const auto look = [&](Single what, const std::string& path) {
    if (keeper.kept(what) && leads_to(path, keeper.kept(what).get())) return;
    const bool was_held = static_cast<bool>(keeper.kept(what));
    Result<UniqueFd> lock = take_lock(path, keeper.pid(), setup.directory);
    if (!lock) return file_alarms.say(fmt::format("lock: {}; trying again", lock.message()));
    keeper.hold_lock(what, std::move(*lock));
    if (was_held)
      tell(fmt::format("The lock {} was taken away or replaced; it is made anew", path));
  };
  look(Single::lock, setup.endpoints.lock_file());
  look(Single::state_lock, setup.endpoints.state_lock_file());
}

void App::Parts::look_at_sockets() {
  const auto see = [this](const Result<bool>& outcome, std::string_view what) {
    if (!outcome) return file_alarms.say(fmt::format("{}; trying again", outcome.message()));
    if (*outcome)
      tell(fmt::format("The socket '{}' was taken away or replaced; it is bound anew", what));
  };
  control->look(see);
  see(announcer.bus->look(), "bus");
  const Result<bool> notify = notify_socket->look();
  if (notify && *notify) setup.keeper->keep(Single::notify, notify_socket->fd());
  see(notify, "notify");
}

}  // namespace muster
