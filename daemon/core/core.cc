// See core.h. Receives events and hands each to the part that it concerns; what the parts want done
// gathers in the outbox.
#include "daemon/core/core.h"

#include "base/check.h"
#include "daemon/core/state.h"
#include "daemon/core/texts.h"
#include "proto/limits.h"

namespace muster {

Core::State::State(AppModel model, const FormationCounts& wished, CoreOptions core_options,
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
  Asker asker{event.client, event.request.id};
  if (auto why = only_in_new_files(event.request.body)) return refuse(asker, Refusal::no, *why);
  std::visit(
      [&](auto& body) {
        using Body = std::decay_t<decltype(body)>;
        constexpr bool changes_something =
            std::is_same_v<Body, ScaleRequest> || std::is_same_v<Body, StartRequest> ||
            std::is_same_v<Body, StopRequest> || std::is_same_v<Body, RestartRequest> ||
            std::is_same_v<Body, RunRequest> || std::is_same_v<Body, ReloadRequest>;
        constexpr bool launches =
            std::is_same_v<Body, StartRequest> || std::is_same_v<Body, RestartRequest> ||
            std::is_same_v<Body, RunRequest> || std::is_same_v<Body, ScaleRequest> ||
            std::is_same_v<Body, ConfigRequest>;
        if (launches && !is_question(event.request.body)) {
          asker.hint = files_hint();
          tell_of_files();
        }
        if (changes_something && phase != Phase::running)
          return refuse(asker, Refusal::no, "muster is shutting down");
        const bool too_many =
            waiting.full() || waiting.of_client(asker.client) >= limits::waiting_of_client;
        if (changes_something && too_many)
          return refuse(asker, Refusal::no, "too many requests wait for their end; try again");
        ask(asker, event.request.by, body);
      },
      event.request.body);
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

// Records as `muster[api]` what muster was told to do.
void Core::State::announce(RecordKind kind, std::string text, const std::string& by) {
  EventRecord record;
  record.kind = kind;
  record.process = "api";
  record.text = std::move(text);
  record.by = by;
  if (kind == RecordKind::scale) record.formation = formation;
  out.publish(std::move(record));
}

Core::Core(AppModel model, const FormationCounts& wish, CoreOptions options, Releases releases)
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
