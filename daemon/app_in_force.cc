// See app.h. Here: which model a daemon begins with, and how that which is in force is kept. A
// fresh start takes the app's files. A daemon that finds living processes goes on with the model
// that they were launched with, whatever was done to the files: those count again at the next
// reload.
#include <spdlog/spdlog.h>

#include "base/killpoint.h"
#include "daemon/app_parts.h"
#include "daemon/edge/linux/proc_fs.h"

namespace muster {
namespace {

// The release that the notes name; the newest where they are lost.
const InForce* last_in_force(const std::vector<InForce>& kept, const Ledger& ledger,
                             bool is_successor) {
  for (auto& one : kept)
    if (one.run == ledger.run().token && one.number == ledger.memory().daemon.model) return &one;
  return is_successor && !kept.empty() ? &kept.back() : nullptr;
}

bool lives(const ProcessNote& note) {
  if (!note.launch || !note.identity) return false;
  const auto entry = read_process(static_cast<pid_t>(note.identity->pid));
  return entry && entry->start == note.identity->start && !entry->dead;
}

bool anything_lives(const Memory& memory) {
  return std::any_of(memory.processes.begin(), memory.processes.end(),
                     [](auto& entry) { return lives(entry.second); });
}

}  // namespace

Result<> App::Parts::choose_model() {
  setup.core.model_number = setup.kept.empty() ? 1 : setup.kept.back().number + 1;
  const InForce* last = last_in_force(setup.kept, *ledger, setup.is_successor);
  const bool goes_on =
      last && (setup.is_successor || (!ledger->empty() && anything_lives(ledger->memory())));
  if (goes_on) {
    go_on_with(*last);
  } else if (setup.unusable) {
    return tl::unexpected(*setup.unusable);
  } else {
    setup.files_trouble.clear();
    setup.releases_trouble.clear();
    setup.files_changed = false;
  }
  in_force.emplace(
      setup.endpoints.runtime_dir + in_force_name,
      [this](int file) { setup.keeper->keep(Single::in_force, file); }, goes_on ? last : nullptr);
  tell_troubles();
  return {};
}

void App::Parts::go_on_with(const InForce& last) {
  setup.model = last.model;
  setup.core.base_port = last.base_port;
  setup.core.model_number = last.number;
  restore_release(last.release);
  const Release& current = setup.releases.current();
  if (current.number <= ledger->memory().daemon.release || current.code == last.release.code)
    return;
  // A release is kept that the dead supervisor had not come to put in force.
  setup.core.model_number = setup.kept.back().number + 1;
  for (auto& one : setup.kept)
    if (one.run == last.run && one.release.number == current.number) {
      setup.model = one.model;
      return;
    }
  ModelFiles files = setup.files;
  files.directory = directory_of(current.code);
  files.confined = !current.code.empty();
  if (auto loaded = load_model(files))
    setup.model = std::move(loaded->model);
  else
    setup.files_trouble = loaded.message();
}

// The settings in force stay, config vars included, if the file does not have them any more.
void App::Parts::restore_release(const Release& last) {
  const auto& unreadable = setup.releases_unreadable;
  if (!unreadable && setup.releases.current().number >= last.number) return;
  const std::string why = unreadable ? unreadable->message
                                     : fmt::format("{}: release v{} is not in it",
                                                   setup.endpoints.releases_file(), last.number);
  setup.releases_trouble = why + "; the config vars that were in force stay";
  setup.releases = last.number == 0 ? Releases() : Releases({last});
}

void App::Parts::tell_troubles() const {
  if (!setup.files_trouble.empty()) spdlog::error("{}", setup.files_trouble);
  if (!setup.releases_trouble.empty()) spdlog::error("{}", setup.releases_trouble);
  if (setup.files_changed)
    spdlog::info("the app's files have changed: they count from the next reload on");
}

// Before the notes name it.
void App::Parts::keep_model() {
  if (core->model_number() == model_kept) return;
  if (model_kept == 0) source_watch->begin(!ledger->empty());
  if (model_kept != 0) setup.files_trouble.clear();
  model_kept = core->model_number();
  InForce now{model_kept,           ledger->run().token, setup.endpoints.app, setup.directory,
              setup.core.base_port, core->release(),     core->model()};
  if (Result<> kept = in_force->keep(now); !kept)
    spdlog::error("a crash now might be noticed: {}", kept.message());
  killpoint(Killpoint::model_kept);
  watch_sources();
  keep_helpers();
}

// A successor calls it too: the model is new to that one.
void App::Parts::watch_sources() {
  std::vector<SourceWatch::Wanted> wanted;
  for (auto& type : core->model().types)
    if (const auto& sources = type.settings.watching.sources)
      wanted.push_back({type.name, directory_of(core->release().code), sources->paths});
  source_watch->watch_only(std::move(wanted));
}

}  // namespace muster
