// Changes of what processes are launched with: config vars, a rollback, a deploy. Changes go one
// after the other: planned, its files read where its code is another, its release process run (see
// requests_prepare.cc), kept on the disk, and only then in force and answered. So a successor finds
// either nothing of it, or all of it to go on with.
//
// New code is on trial: until each process of the formation has come up with it and stayed up for
// a moment, the next change waits. If one does not, the release before it is made current again,
// and those processes that had been replaced are replaced once more.
#include <algorithm>

#include "daemon/core/listing.h"
#include "daemon/core/state.h"
#include "daemon/core/texts.h"
#include "proto/fit.h"
#include "proto/limits.h"

namespace muster {
namespace {

constexpr const char* shutting_down = "muster is shutting down";

// As far as it is a client's.
template <class Wanted>
std::optional<uint32_t> wait_of(const Wanted& wanted) {
  return std::visit(
      [](const auto& request) -> std::optional<uint32_t> {
        if constexpr (requires { request.wait; }) return request.wait;
        return {};
      },
      wanted);
}

bool is_first_with_code(const Releases& releases) {
  size_t with_code = 0;
  for (auto& release : releases.list())
    with_code += !release.code.empty() && release.failure.empty();
  return with_code == 1;
}

bool nothing_is_wished(const FormationCounts& formation) {
  return std::all_of(formation.begin(), formation.end(),
                     [](auto& entry) { return entry.second == 0; });
}

ConfigReply config_for(Role role, const Config& config) {
  ConfigReply reply{config, role < Role::admin};
  if (reply.hidden)
    for (auto& [name, value] : reply.vars) value.clear();
  return reply;
}

}  // namespace

void Core::State::ask(const Asker& asker, const std::string& by, const ConfigRequest& request) {
  if (request.set.empty() && request.unset.empty())
    return out.answer(asker, config_for(asker.role, releases.current().config));
  begin_change({asker, by, request});
}

void Core::State::ask(const Asker& asker, const std::string& by, const RollbackRequest& request) {
  begin_change({asker, by, request});
}

// A client that says it again was not answered by a supervisor that was killed.
void Core::State::ask(const Asker& asker, const std::string& by, const DeployRequest& request) {
  if (const Release* kept = releases.just_deployed(request.code))
    return out.answer(asker, ReleasedReply{kept->number, true});
  begin_change({asker, by, request});
}

void Core::State::ask(const Asker& asker, const std::string&, const ReleasesRequest&) {
  ReleasesReply reply;
  for (auto& release : releases.list()) {
    ReleaseRow row{release.number, release.change, release.by, release.time, release.code, {}, {}};
    if (trial && trial->release == release.number) row.state = "pending";
    if (!release.failure.empty()) row.state = "failed";
    row.failure = release.failure;
    reply.releases.push_back(std::move(row));
  }
  out.answer(asker, std::move(reply));
}

void Core::State::begin_change(Change change) {
  if (phase != Phase::running) return refuse(*change.asker, Refusal::no, shutting_down);
  if (changes.size() >= change_limit)
    return refuse(*change.asker, Refusal::no, "too many changes wait for their turn; try again");
  const auto of_client = std::count_if(changes.begin(), changes.end(), [&](const Change& other) {
    return other.asker && other.asker->client == change.asker->client;
  });
  if (static_cast<size_t>(of_client) >= changes_of_client)
    return refuse(*change.asker, Refusal::no,
                  fmt::format("{} changes of this client wait for their turn already", of_client));
  changes.push_back(std::move(change));
  go_on_changing();
}

Verdict<std::optional<Release>> Core::State::plan(const Change& change) const {
  if (auto* config = std::get_if<ConfigRequest>(&change.wanted))
    return plan_config(releases, *config);
  Verdict<Release> planned =
      std::holds_alternative<TakeBack>(change.wanted)
          ? Verdict<Release>(plan_take_back(releases, trial->back_to))
      : std::holds_alternative<DeployRequest>(change.wanted)
          ? plan_deploy(releases, std::get<DeployRequest>(change.wanted))
          : plan_rollback(releases, std::get<RollbackRequest>(change.wanted).version);
  if (!planned) return tl::unexpected(planned.error());
  return std::optional(std::move(*planned));
}

// The next one, as far as it gets without the edges.
void Core::State::go_on_changing() {
  while (!next && !changes.empty() && !another_is_prepared()) {
    const Change& change = changes.front();
    if (trial && !std::holds_alternative<TakeBack>(change.wanted)) return;
    auto planned = plan(change);
    if (!planned) {
      end_change(planned.error());
    } else if (!*planned) {
      end_change(ReleasedReply{releases.current().number, true});
    } else {
      next = std::move(*planned);
      next->by = change.by;
      next->time = out.now().wall;
      next_model.reset();
      if (next->code == releases.current().code)
        prepare_next();
      else
        out.add(ReadModel{next->code, true});
    }
  }
}

// Its turn is over, one way or the other.
void Core::State::end_change(ReplyBody body, LaunchId from) {
  const Change change = std::move(changes.front());
  changes.pop_front();
  next.reset();
  next_model.reset();
  const auto* refused = std::get_if<RefusedReply>(&body);
  if (std::holds_alternative<TakeBack>(change.wanted)) {
    if (refused) announce(RecordKind::notice, texts::no_way_back(refused->message), change.by);
    trial.reset();
  }
  if (!change.asker) return;
  const auto wait = wait_of(change.wanted);
  const bool may_wait = wait && !refused && phase == Phase::running && !waiting.full();
  if (!may_wait) return out.answer(*change.asker, std::move(body));
  waiting.close(waiting.open(*change.asker, std::move(body), arrival_of_release(from, *wait)));
}

void Core::State::keep_next() {
  Releases kept = releases;
  if (trial) kept.mark_failed(trial->release, trial->failure);
  kept.add(*next);
  out.add(KeepReleases{std::move(kept)});
}

void Core::State::on_model_of_next(Result<AppModel>& model) {
  if (!next) return;
  if (model) {
    next_model = std::move(*model);
    prepare_next();
  } else {
    end_change(RefusedReply{Refusal::no, model.message()});
    if (phase == Phase::running) go_on_changing();
  }
}

void Core::State::on(const ReleaseKept& event) {
  if (!next) return;
  if (!event.outcome) {
    end_change(RefusedReply{Refusal::no, "it cannot be kept: " + event.outcome.message()});
  } else {
    const Release before = releases.current();
    const LaunchId from = driver.next_launch();
    if (trial) releases.mark_failed(trial->release, trial->failure);
    releases.add(*next);
    put_in_force(before, std::move(next_model));
    end_change(ReleasedReply{releases.current().number, false}, from);
  }
  if (phase == Phase::running) go_on_changing();
}

// The current release, which is kept already.
void Core::State::put_in_force(const Release& before, std::optional<AppModel> model) {
  const Release& now = releases.current();
  announce(RecordKind::notice, texts::by(now.change, now.by), now.by);
  announce(RecordKind::notice, texts::release(now.number, now.by), now.by);
  model_number++;
  files_seen = {};
  if (phase != Phase::running) return;
  const FormationCounts formation_before = formation;
  const LaunchId first_launch = driver.next_launch();
  FormationCounts wanted = formation;
  if (model) {
    types = Types(std::move(*model));
    wanted = fit(wish_for(types, wish()));
    timetable.follow(types, out.now().wall);
    forget_what_has_no_schedule();
    for (Process* p : table.everything()) driver.take_stopping(*p);
  }
  // Processes of the old release that were never replaced go on as they are.
  std::vector<Process*> to_restart;
  for (Process* p : table.everything()) {
    if (p->one_off) continue;
    if (trial && p->launch && *p->launch < trial->first_launch) continue;
    const bool rests = p->wish == Wish::rest || p->wish == Wish::finish;
    if (!rests && includes(wanted, p->name)) to_restart.push_back(p);
  }
  if (trial) {
    // Types that the new code lacked are back; what was scaled meanwhile stays so.
    for (auto& [type, count] : trial->formation)
      if (!formation.contains(type) && types.find(type)) wanted[type] = count;
    wanted = fitted(wanted, types);
  } else if (now.code != before.code) {
    trial = Trial{now.number, before.number, first_launch, formation_before, {}, {}};
    if (is_first_with_code(releases) && nothing_is_wished(wanted) && types.find("web"))
      wanted["web"] = 1;
  }
  for (Process* p : table.everything()) {
    const ProcessType* type = p->one_off || p->identity ? nullptr : types.find(p->name.type);
    if (type) p->command = type->command;
  }
  if (wanted != formation) adopt(std::move(wanted), now.by);
  for (Process* p : to_restart) give_turn(*p);
}

// Ready or not, it is launched anew: of a type one after the other where it runs.
void Core::State::give_turn(Process& p) {
  if (!includes(formation, p.name)) return;
  if (p.state != ProcessState::starting && p.state != ProcessState::up)
    return driver.step(p, LifeEvent::restart);
  p.turn = Turn::waiting;
  rolling.insert(p.name.type);
}

// The new code is judged by what became of the processes that were launched with it.
void Core::State::judge_trial() {
  using enum ProcessState;
  if (!trial || next) return;
  bool settled = true, any_new = false;
  for (auto& [name, p] : table.all()) {
    if (p.one_off || !includes(formation, name)) continue;
    const bool is_new = !p.launch || *p.launch >= trial->first_launch;
    const bool has_crashed = p.crashes > 0 && (p.state == starting || p.state == up ||
                                               p.state == crashed || p.state == failed);
    const bool was_late = p.state == up && !p.trouble.empty();
    any_new = any_new || (is_new && p.launch);
    if (is_new && (has_crashed || was_late)) return take_back(p);
    settled = settled && p.turn == Turn::none &&
              (p.state == up || p.state == down || p.state == complete ||
               p.state == ProcessState::waiting);
  }
  if (!settled) {
    trial->until.reset();
  } else if (any_new && !trial->until) {
    trial->until = out.now().mono + options.probation;
  } else if (!any_new || out.now().mono >= *trial->until) {
    trial.reset();
    go_on_changing();
  }
}

void Core::State::take_back(const Process& because) {
  trial->until.reset();
  const std::string why =
      because.trouble.empty() ? texts::crashed(because.last_exit) : because.trouble;
  trial->failure = cut(because.name.text() + ' ' + why, limits::reply_text);
  announce(RecordKind::notice, texts::taken_back(trial->release, trial->failure, trial->back_to),
           "muster");
  changes.push_front({std::nullopt, "muster", TakeBack{}});
  go_on_changing();
}

// A supervisor that was killed had kept a release, and not come to put it in force.
void Core::State::resume_release(const Memory& memory) {
  trial.reset();
  if (auto& note = memory.daemon.trial)
    trial = Trial{note->release, note->back_to, note->first_launch, note->formation, {}, {}};
  if (releases.current().number <= memory.daemon.release || phase != Phase::running) return;
  const Release* known = releases.find(memory.daemon.release);
  const Release before = known ? *known : Release{};
  put_in_force(before, {});
  if (trial && trial->release != releases.current().number) trial.reset();
}

void Core::State::refuse_changes() {
  for (auto& change : changes)
    if (change.asker) refuse(*change.asker, Refusal::no, shutting_down);
  changes.clear();
  next.reset();
}

}  // namespace muster
