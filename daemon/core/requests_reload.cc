// Reload: read the files again, and change only what differs. New types start at 0 (`web` at 1), as
// on a first deploy; types that are gone lose their processes.
#include <algorithm>
#include <set>

#include "daemon/config/listen_address.h"
#include "daemon/core/listing.h"
#include "daemon/core/state.h"
#include "daemon/core/texts.h"

namespace muster {
namespace {

std::string count_text(size_t n) { return fmt::format("{} process{}", n, n == 1 ? "" : "es"); }

// The names of variables that came, went or changed. Values may be secrets: never said.
std::vector<std::string> changed_names(const Environment& before, const Environment& after) {
  const std::map<std::string, std::string> old(before.begin(), before.end());
  const std::map<std::string, std::string> now(after.begin(), after.end());
  std::set<std::string> names;
  for (auto& [name, value] : old)
    if (auto it = now.find(name); it == now.end() || it->second != value) names.insert(name);
  for (auto& [name, value] : now)
    if (!old.contains(name)) names.insert(name);
  return {names.begin(), names.end()};
}

}  // namespace

// The differences of a type, by name; one that concerns only the next launch is a reason to
// restart. A default that is written out is no difference.
ChangedKeys Core::State::changes_of(const ProcessType& before, const ProcessType& after) const {
  ChangedKeys changed = changed_keys(written_out(before.settings, before.name, options.usual),
                                     written_out(after.settings, after.name, options.usual));
  if (before.command != after.command) changed.at_start.insert(changed.at_start.begin(), "command");
  return changed;
}

// As a singleton or with a cron a type may have fewer processes than it has, and without it again
// as many as were wished.
std::string Core::State::effect_on_formation(const std::string& type,
                                             const FormationCounts& wanted) {
  const uint32_t had = formation[type], will = wanted.at(type);
  if (will < had) return "stopping " + count_text(had - will);
  if (will > had) return "starting " + count_text(will - had);
  return "without a restart";
}

void Core::State::ask(const Asker& asker, const std::string& by, const ReloadRequest&) {
  if (reloads.size() >= reload_limit)
    return refuse(asker, Refusal::no, "too many reloads are under way; try again");
  begin_reload({asker, by});
}

void Core::State::begin_reload(Reload reload) {
  reloads.push_back(std::move(reload));
  out.add(ReadModel{releases.current().code, false});
}

void Core::State::on(ModelRead& event) {
  if (event.of_release) return on_model_of_next(event.model);
  if (reloads.empty()) return;
  // The code was changed while it was read.
  if (event.code != releases.current().code)
    return out.add(ReadModel{releases.current().code, false});
  const Reload oldest = std::move(reloads.front());
  reloads.pop_front();
  answer_reload(oldest, event.model);
}

void Core::State::answer_reload(const Reload& from, Result<AppModel>& model) {
  std::optional<Asking> asking;
  if (from.asker) asking.emplace(*this, *from.asker, from.by);
  if (phase != Phase::running) {
    if (from.asker) refuse(*from.asker, Refusal::no, "muster is shutting down");
    return;
  }
  if (!model) {
    announce(RecordKind::notice, texts::reload_failed(from.by, model.message()), from.by);
    if (from.asker) refuse(*from.asker, Refusal::no, model.message());
    return;
  }
  std::vector<std::string> told = reload(std::move(*model), from.by);
  if (from.asker) out.answer(*from.asker, ReloadReply{std::move(told)});
}

std::vector<std::string> Core::State::reload(AppModel model, const std::string& by) {
  const Types before = std::exchange(types, Types(std::move(model)));
  model_number++;
  files_seen = {};
  FormationCounts wanted = fit(wish_for(types, wish()));
  const auto variables = changed_names(before.model().env, types.model().env);

  // A link to the app's directory leads elsewhere now.
  const std::string &root = before.model().root, &new_root = types.model().root;
  const bool is_elsewhere = !root.empty() && !new_root.empty() && root != new_root;

  std::vector<std::string> told;
  std::vector<Process*> to_restart;
  std::vector<std::pair<std::string, ChangedKeys>> changed;  // by type
  for (auto& type : before.model().types)
    if (!types.find(type.name))
      told.push_back(fmt::format("{}: removed, stopping {}", type.name,
                                 count_text(table.of_type(type.name).size())));
  for (auto& type : types.model().types) {
    const ProcessType* old = before.find(type.name);
    if (!old) {
      told.push_back(fmt::format("{}: new, running {}", type.name, count_text(wanted[type.name])));
      continue;
    }
    changed.emplace_back(type.name, changes_of(*old, type));
    if (is_elsewhere) changed.back().second.at_start.emplace_back("the app's directory");
    if (changed.back().second.at_start.empty() && variables.empty()) continue;
    for (Process* p : table.of_type(type.name)) {
      if (p->one_off) continue;
      if (!p->identity) p->command = type.command;
      const bool rests = p->wish == Wish::rest || p->wish == Wish::finish;
      if (!rests && includes(wanted, p->name)) to_restart.push_back(p);
    }
  }
  const auto lacking = those_that_lack(to_restart);
  for (auto& [type, keys] : changed) {
    const auto is_its = [&, &name = type](const Process* p) { return p->name.type == name; };
    const auto restarting = std::count_if(to_restart.begin(), to_restart.end(), is_its);
    if (!keys.at_once.empty())
      told.push_back(fmt::format("{}: {} changed, {}", type, listing(keys.at_once),
                                 effect_on_formation(type, wanted)));
    if (!keys.at_start.empty())
      told.push_back(fmt::format("{}: {} changed, restarting {}", type, listing(keys.at_start),
                                 count_text(static_cast<size_t>(restarting))));
  }
  told.insert(told.end(), lacking.begin(), lacking.end());
  for (Process* p : table.everything()) {
    driver.take_stopping(*p);
    driver.keep_watch(*p);
    driver.watch_over(*p);
  }
  if (!variables.empty())
    told.push_back(fmt::format("environment: {} changed, restarting {}", listing(variables),
                               count_text(to_restart.size())));

  if (before.model().remote != types.model().remote)
    told.push_back(types.model().remote
                       ? fmt::format("remote: listens at {}", text_of(*types.model().remote))
                       : "remote: listens no more");

  announce(RecordKind::notice,
           texts::reloaded(by, told.empty() ? "nothing changed" : listing(told, "; ")), by);
  listen();
  timetable.follow(types, out.now().wall);
  forget_what_has_no_schedule();
  if (wanted != formation) adopt(std::move(wanted), by);
  for (Process* p : to_restart) give_turn(*p);
  return told;
}

}  // namespace muster
