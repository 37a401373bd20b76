// See core.h. Receives events and hands each to the part that it concerns; what the parts want done
// gathers in the outbox.
#include "daemon/core/core.h"

#include "base/check.h"
#include "daemon/core/state.h"
#include "daemon/core/texts.h"
#include "proto/limits.h"
#include "proto/verb.h"

namespace muster {

Core::State::State(AppModel model, const FormationCounts& wished, const CoreOptions& core_options,
                   Releases kept)
    : options(core_options),
      releases(std::move(kept)),
      types(std::move(model)),
      model_number(core_options.model_number),
      formation(fitted(wished, types)),
      waiting(out),
      driver(types, formation, releases, options, table, waiting, out) {
  formation = fit(wished);
  options.usual.grace = options.stop_grace;
  options.usual.backoff = {options.backoff_base, options.backoff_cap};
}

std::vector<Action> Core::State::start(Now now) {
  out.begin(now);
  out.add(SaveFormation{wish()});
  listen();
  timetable.follow(types, now.wall);
  for (auto& [type, count] : formation)
    for (uint32_t number = 1; number <= count; number++)
      driver.step(driver.add({type, number}), LifeEvent::start);
  next_look = timetable.next_look(now);
  return out.take();
}

std::vector<Action> Core::State::handle(Event event, Now now) {
  out.begin(now);
  std::visit(
      [this](auto& it) {
        if constexpr (std::is_same_v<std::decay_t<decltype(it)>, Tick>)
          driver.on_tick();
        else if constexpr (requires { driver.on(it); })
          driver.on(it);
        else
          on(it);
      },
      event);
  give_up_clients();
  go_on_with_next();
  end_on_decisive();
  take_crashes();
  if (phase == Phase::running) {
    roll_on();
    judge_trial();
    launch_what_is_due();
    driver.launch_what_waits();
  }
  if (phase == Phase::ending) end_what_nobody_needs();
  finish_when_all_is_gone();
  waiting.look([this](Arrival& arrival, bool reported) { return outlook_of(arrival, reported); });
  next_look = timetable.next_look(now);
  return out.take();
}

void Core::State::on(const Requested& event) {
  Asker asker{event.client, event.request.id, {}, event.role, event.address};
  const Asking asking(*this, asker, event.request.by);
  if (!may(event.role, event.request.body)) return deny(asker, event.request);
  if (auto why = only_in_new_files(event.request.body)) return refuse(asker, Refusal::no, *why);
  const Verb& verb = verb_of(event.request.body);
  if (verb.is(Trait::launches) && !is_question(event.request.body)) {
    asker.hint = files_hint();
    tell_of_files();
  }
  if (verb.is(Trait::while_running) && phase != Phase::running)
    return refuse(asker, Refusal::no, "muster is shutting down");
  const bool too_many =
      waiting.full() || waiting.of_client(asker.client) >= limits::waiting_of_client;
  if (verb.is(Trait::while_running) && too_many)
    return refuse(asker, Refusal::no, "too many requests wait for their end; try again");
  std::visit([&](auto& body) { ask(asker, event.request.by, body); }, event.request.body);
}

void Core::State::listen() {
  std::vector<ListenAddress> addresses;
  for (auto& type : types.model().types)
    if (type.settings.listen) addresses.push_back(*type.settings.listen);
  if (addresses == listening) return;
  listening = std::move(addresses);
  out.add(Listen{listening});
}

void Core::State::refuse(const Asker& asker, Refusal refusal, std::string message) {
  out.answer(asker, RefusedReply{refusal, std::move(message)});
}

// The event is one more line of the journal, so a client can have only so many of them made: the
// others are counted, and the next event tells of them.
void Core::State::deny(const Asker& asker, const Request& request) {
  const std::string_view verb = verb_of(request.body).name, role = name_of(asker.role);
  refuse(asker, Refusal::no, fmt::format("{} may not {} ({})", request.by, verb, role));
  if (!denials.take(out.now().mono)) return;
  EventRecord record;
  record.process = "api";
  record.text = texts::denied(request.by, verb, role, denials.take_untold());
  record.by = request.by;
  record.role = role;
  if (!asker.address.empty()) record.address = asker.address;
  out.publish(std::move(record));
}

// A change of the release is told when it has been kept.
void Core::State::add_wisher(EventRecord& record) const {
  std::optional<Wisher> wisher = now_asks;
  if (!wisher && !changes.empty() && changes.front().asker)
    wisher = {changes.front().by, changes.front().asker->role, changes.front().asker->address};
  if (!wisher || wisher->by != record.by) return;
  record.role = name_of(wisher->role);
  if (!wisher->address.empty()) record.address = wisher->address;
}

// Records as `muster[api]` what muster was told to do.
void Core::State::announce(RecordKind kind, std::string text, const std::string& by) {
  EventRecord record;
  record.kind = kind;
  record.process = "api";
  record.text = std::move(text);
  record.by = by;
  add_wisher(record);
  if (kind == RecordKind::scale) record.formation = formation;
  out.publish(std::move(record));
}

Core::Core(AppModel model, const FormationCounts& wish, const CoreOptions& options,
           Releases releases)
    : state_(std::make_unique<State>(std::move(model), wish, options, std::move(releases))) {}

Core::~Core() = default;

bool Core::is_ending() const { return state_->phase != State::Phase::running; }

bool Core::knows(const ClientId& client) const { return state_->knows(client); }

std::vector<Action> Core::start(Now now) { return state_->start(now); }

std::vector<Action> Core::handle(Event event, Now now) {
  return state_->handle(std::move(event), now);
}

std::vector<Action> Core::resume(const Memory& memory, Now now) {
  return state_->resume(memory, now);
}

std::optional<Note> Core::take_note(const std::vector<Action>& actions) {
  Note note = state_->take_note(actions);
  const bool changed = std::exchange(noted_, note.daemon) != note.daemon;
  if (!changed && note.changed.empty() && note.erased.empty() && note.said.empty()) return {};
  return note;
}

const AppModel& Core::model() const { return state_->types.model(); }
uint64_t Core::model_number() const { return state_->model_number; }
const Release& Core::release() const { return state_->releases.current(); }

std::optional<MonoTime> Core::next_deadline() const {
  std::optional<MonoTime> first = state_->table.next_deadline();
  for (auto other : {state_->trial_deadline(), state_->due_deadline(),
                     state_->waiting.next_deadline(), state_->clients_back_by})
    if (other) first = first ? std::min(*first, *other) : other;
  return first;
}

}  // namespace muster
