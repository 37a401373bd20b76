// The step before a release: where its files have a type `release`, one process of that, with the
// new code and config vars, beside all that runs. If it fails nothing of the change happens. It is
// never ended because of the supervisor: should that die meanwhile, the next one waits for the
// process, and the change is lost until it is asked for again (is_repeatable).
#include <algorithm>

#include "daemon/core/state.h"
#include "daemon/core/texts.h"

namespace muster {

static ProcessName release_process(const Release& release) {
  return {std::string(release_type), static_cast<uint32_t>(release.number)};
}

// Its process `release` has to succeed before it is kept; what goes back does not ask for it.
void Core::State::prepare_next() {
  const Change& change = changes.front();
  const AppModel& model = next_model ? *next_model : types.model();
  const ProcessType* type = model.find(release_type);
  if (!type || phase != Phase::running || std::holds_alternative<TakeBack>(change.wanted))
    return keep_next();
  OneOff task = task_of(*type);
  task.env = environment_of(model, &type->settings, *next);
  task.ahead = {next->code, type->settings};
  announce(RecordKind::notice, texts::preparing(next->number, change.by), change.by);
  driver.step(driver.add(release_process(*next), std::move(task)), LifeEvent::start);
}

void Core::State::go_on_with_next() {
  const auto ended = driver.take_ended();
  if (ended.empty() || phase != Phase::running) return;
  for (auto& one : ended) {
    if (!one.crash_of.empty()) {
      judge_crash_command(one);
      continue;
    }
    judge_run(one);
    if (!next || one.name != release_process(*next)) continue;
    if (one.status == 0) {
      keep_next();
      continue;
    }
    const std::string why =
        texts::not_prepared(next->number, one.name.text(), one.status, one.trouble);
    announce(RecordKind::notice, why, changes.front().by);
    end_change(RefusedReply{Refusal::no, why});
  }
  go_on_changing();
}

// By a change that was lost with an earlier supervisor; its process goes on to its end.
bool Core::State::another_is_prepared() {
  return std::any_of(table.all().begin(), table.all().end(), [](auto& entry) {
    auto& [name, p] = entry;
    return name.type == release_type && p.one_off && p.one_off->ahead;
  });
}

bool Core::State::waits_for_change(const Asker& asker) const {
  return std::any_of(changes.begin(), changes.end(), [&](const Change& change) {
    return change.asker && change.asker->client == asker.client &&
           change.asker->request_id == asker.request_id;
  });
}

}  // namespace muster
