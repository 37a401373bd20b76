// See checker.h.
#include "checker.h"

#include <fmt/format.h>
#include <algorithm>
#include <csignal>

namespace muster::sim {
namespace {

template <class... Args>
void expect(bool holds, fmt::format_string<Args...> text, Args&&... args) {
  if (!holds) throw Violation(fmt::format(text, std::forward<Args>(args)...));
}

bool refused_at_once(const Requested& event, const std::vector<Action>& actions) {
  for (auto& action : actions)
    if (auto* answer = std::get_if<Answer>(&action))
      if (answer->client == event.client && answer->reply.id == event.request.id)
        if (auto* refused = std::get_if<RefusedReply>(&answer->reply.body))
          return refused->refusal != Refusal::late;  // which has been begun
  return false;
}

}  // namespace

void Checker::check(const Event& event, const std::vector<Action>& actions, MonoTime now) {
  expect(!finished_ || std::holds_alternative<Requested>(event) || actions.empty(),
         "something is done after the end");
  learn(event, actions);
  for (auto& action : actions) {
    if (auto* it = std::get_if<Launch>(&action)) see(*it);
    if (auto* it = std::get_if<Kill>(&action)) see(*it, now);
    if (auto* it = std::get_if<AwaitReady>(&action)) expect_known(it->launch, "AwaitReady");
    if (auto* it = std::get_if<WatchOver>(&action)) expect_known(it->launch, "WatchOver");
    if (auto* it = std::get_if<PassToLaunch>(&action)) expect_known(it->launch, "PassToLaunch");
    if (auto* it = std::get_if<Attach>(&action)) see(*it);
    if (auto* it = std::get_if<Publish>(&action)) see(it->event);
    if (auto* it = std::get_if<Answer>(&action)) see(it->client, it->reply);
    if (auto* it = std::get_if<AnswerPs>(&action)) see(it->client, it->reply);
    if (auto* it = std::get_if<AnswerStatus>(&action)) see(it->client, it->reply);
    if (auto* it = std::get_if<SaveFormation>(&action)) see(*it);
    if (std::holds_alternative<Finish>(action)) {
      expect(ending_ && !finished_, "it finishes though nobody asked, or twice");
      finished_ = true;
    }
  }
  for (auto& place : std::exchange(awaited_, {}))
    expect(!rests_by_itself(place), "{} was to run, and rests", place.text());
  expect_nothing_runs_unwished();
}

void Checker::learn(const Event& event, const std::vector<Action>& actions) {
  if (auto* it = std::get_if<Ready>(&event); it && launches_.contains(it->launch))
    launches_.at(it->launch).ready = true;
  if (auto* it = std::get_if<Notified>(&event); it && launches_.contains(it->launch))
    launches_.at(it->launch).ready = true;
  if (auto* it = std::get_if<Exited>(&event)) launches_.at(it->launch).exited = true;
  learn_release(event);
  if (auto* it = std::get_if<Gone>(&event)) launches_.at(it->launch).over = true;
  if (auto* it = std::get_if<LaunchFailed>(&event)) launches_.at(it->launch).over = true;
  granted_.reset();
  if (auto* it = std::get_if<Requested>(&event)) learn_request(*it, actions);
  auto* signalled = std::get_if<Signalled>(&event);
  if (signalled && signalled->number != SIGHUP) signals_++, ending_ = true;
  ending_ |= announces_end(event, actions);
  if (auto* it = std::get_if<ClientLost>(&event))
    for (auto& [exchange, seen] : exchanges_)
      if (exchange.first == it->client) seen.client_lost = true;
}

// A release's model is in force when it has been kept.
void Checker::learn_release(const Event& event) {
  if (ending_) return;
  if (auto* it = std::get_if<ModelRead>(&event); it && it->model) {
    if (it->of_release)
      next_model_ = *it->model;
    else if (it->code == code_)
      learn_model(*it->model);
  }
  if (auto* it = std::get_if<ReleaseKept>(&event)) {
    auto model = std::exchange(next_model_, std::nullopt);
    if (!it->outcome) return;
    // A file that was read for a release that was not made may be left.
    const std::string before = std::exchange(code_, world_.releases().current().code);
    if (model && code_ != before) learn_model(*model);
  }
}

void Checker::learn_model(const AppModel& model) {
  model_ = model;
  for (auto& [id, seen] : launches_)
    if (const ProcessType* type = model.find(seen.process.type);
        type && !is_one_off(seen.process)) {
      seen.stopping = type->settings.stopping;
      if (seen.told_to_end) seen.grace = seen.stopping->grace.value_or(options_.stop_grace);
    }
}

void Checker::supervisor_died() {
  for (auto& [exchange, seen] : exchanges_) seen.answered = seen.client_lost = true;
}

void Checker::learn_request(const Requested& event, const std::vector<Action>& actions) {
  const RequestBody& body = event.request.body;
  if (std::holds_alternative<CreditRequest>(body))
    granted_ = Exchange(event.client, event.request.id);
  if (std::holds_alternative<CreditRequest>(body) || std::holds_alternative<InputRequest>(body) ||
      std::holds_alternative<SignalRequest>(body) || std::holds_alternative<CancelRequest>(body))
    return;
  ExchangeSeen seen;
  if (auto* run = std::get_if<RunRequest>(&body)) seen.attached_run = !run->detach;
  exchanges_[{event.client, event.request.id}] = seen;
  if (refused_at_once(event, actions)) return;

  if (auto* it = std::get_if<StopRequest>(&body))
    for (auto& place : places(it->names)) resting_.insert(place);
  if (auto* it = std::get_if<StartRequest>(&body))
    for (auto& place : awaited_ = places(it->names)) resting_.erase(place);
  if (auto* it = std::get_if<RestartRequest>(&body))
    for (auto& place : awaited_ = places(it->names)) resting_.erase(place);
  if (std::holds_alternative<ShutdownRequest>(body)) ending_ = true;
}

void Checker::see(const Launch& launch) {
  if (launch.resumed) {
    expect_known(launch.launch, "a resumed launch");
    expect(launches_.at(launch.launch).process == launch.process, "{} resumes another's launch {}",
           launch.process.text(), launch.launch);
    return;
  }
  expect(launch.launch > last_launch_, "launch {} is not new", launch.launch);
  last_launch_ = launch.launch;
  expect(wished(launch.process), "{} is launched and not wished", launch.process.text());
  expect(has_what_it_needs(launch.process), "{} is launched before what it needs is there",
         launch.process.text());
  LaunchSeen seen{launch.process, {}, false, false, false, {}, {}};
  seen.ready = is_ready_by_itself(launch.process);
  if (const ProcessType* type = model_.find(launch.process.type);
      type && !is_one_off(launch.process))
    seen.stopping = type->settings.stopping;
  for (auto& [name, value] : launch.env)
    if (name == "PORT" && !launch.listen) seen.port = value;
  expect(seen.port.size() < 5 || seen.port <= "65535", "port {}", seen.port);
  for (auto& [id, tree] : world_.trees()) {
    if (launches_.at(id).over) continue;  // it is just being told
    expect(tree.name != launch.process, "{} is launched beside launch {}", tree.name.text(), id);
    expect(seen.port.empty() || launches_.at(id).port != seen.port, "{} and {} have port {}",
           tree.name.text(), launch.process.text(), seen.port);
  }
  for (auto& [id, other] : launches_)
    expect(other.over || other.process != launch.process, "{} is launched while {} is not gone",
           launch.process.text(), id);
  launches_[launch.launch] = seen;
}

void Checker::see(const Kill& kill, MonoTime now) {
  expect_known(kill.launch, "Kill");
  LaunchSeen& seen = launches_.at(kill.launch);
  if (kill.signal == SIGKILL)
    expect(signals_ >= 2 || late_.contains(kill.launch) || seen.exited || seen.killed ||
               (seen.told_to_end && now - *seen.told_to_end >= seen.grace),
           "{} is killed before its grace is over", seen.process.text());
  if (kill.signal == SIGKILL) seen.killed = true;
  if (kill.signal == SIGKILL && !seen.told_to_end) seen.told_to_end = now;
  if (kill.signal == SIGKILL || !kill.to_end) return;
  expect(!seen.stopping || kill.signal == seen.stopping->signal.number,
         "{} is told to end by signal {}", seen.process.text(), kill.signal);
  if (seen.told_to_end) return;
  seen.told_to_end = now;
  if (seen.stopping) seen.grace = seen.stopping->grace.value_or(options_.stop_grace);
}

void Checker::expect_known(LaunchId launch, const char* what) const {
  auto it = launches_.find(launch);
  expect(it != launches_.end() && !it->second.over, "{} of launch {}, which is not alive", what,
         launch);
}

void Checker::see(const EventRecord& record) {
  if (record.code == "R10" || record.code == "watchdog" || record.code == "health")
    late_.insert(*record.launch);
  if (record.code == "R15")
    expect(++ended_for_memory_[*record.launch] <= world_.trees().at(*record.launch).out_of_memory,
           "{} is told twice about the same end for want of memory", record.process);
  if (record.kind == RecordKind::exit) exits_[record.process] = record.status;
  if (!record.from) return;
  auto [it, first] = states_.emplace(record.process, "down");
  const auto name = parse_process_name(record.process);
  if (name && is_one_off(*name) && it->second == "complete") it->second = "down";
  expect(*record.from == it->second && *record.to != it->second,
         "{} is said to change from {} to {}, and was {}", record.process, *record.from, *record.to,
         it->second);
  it->second = *record.to;
  const ProcessType* type = name ? model_.find(name->type) : nullptr;
  if (!type || is_one_off(*name)) return;
  const Restarting& restarting = type->settings.restarting;
  const auto& good = restarting.success;
  const auto exit = exits_[record.process];
  if (*record.to == "complete")
    expect(restarting.when != Restart::always && exit &&
               std::find(good.begin(), good.end(), *exit) != good.end(),
           "{} is complete", record.process);
  if (*record.to == "up" && record.launch)
    expect(launches_.at(*record.launch).ready || late_.contains(*record.launch) ||
               launches_.at(*record.launch).port.empty(),
           "{} is up and was not ready", record.process);
  if (*record.to == "failed")
    expect(restarting.when == Restart::never || restarting.give_up, "{} is given up",
           record.process);
}

bool Checker::is_ready_by_itself(const ProcessName& process) const {
  using enum Readiness::Kind;
  const ProcessType* type = model_.find(process.type);
  if (!type) return true;
  const auto& [ready, listen] = std::tie(type->settings.booting.ready, type->settings.listen);
  if (!ready) return process.type != "web" && !listen;
  return ready->kind == none || ready->kind == delay || (ready->kind == accept && !listen);
}

bool Checker::rests_by_itself(const ProcessName& process) const {
  auto state = states_.find(process.text());
  return state != states_.end() && (state->second == "complete" || state->second == "failed");
}

void Checker::see(const ClientId& client, const Reply& reply) {
  if (granted_ == Exchange(client, reply.id)) return;
  if (auto* released = std::get_if<ReleasedReply>(&reply.body))
    expect(released->version == world_.releases().current().number ||
               world_.releases().find(released->version),  // its processes were waited for
           "v{} is answered and is not kept", released->version);
  auto it = exchanges_.find({client, reply.id});
  expect(it != exchanges_.end(), "{} is answered and has not asked {}", client, reply.id);
  expect(!it->second.answered, "{} is answered twice about {}", client, reply.id);
  if (!reply.more) it->second.answered = true;
}

void Checker::see(const SaveFormation& save) {
  formation_ = fitted(save.formation, Types(model_));
  std::erase_if(resting_, [&](auto& place) {
    auto it = formation_.find(place.type);
    return it == formation_.end() || place.number > it->second;
  });
}

bool Checker::wished(const ProcessName& process) const {
  if (ending_) return false;
  if (is_one_off(process)) return true;
  auto it = formation_.find(process.type);
  return it != formation_.end() && process.number <= it->second && !resting_.contains(process);
}

// A process that runs and is not wished must be on its way out.
void Checker::expect_nothing_runs_unwished() const {
  for (auto& [id, tree] : world_.trees()) {
    const LaunchSeen& seen = launches_.at(id);
    if (seen.over) continue;
    expect(wished(tree.name) || seen.told_to_end || seen.exited || is_needed_to_the_end(tree.name),
           "{} runs and is not wished", tree.name.text());
  }
}

void Checker::expect_wish_reached(const PsReply& ps) const {
  std::set<ProcessName> alive;
  for (auto& [id, tree] : world_.trees()) {
    if (is_one_off(tree.name)) continue;
    expect(wished(tree.name), "{} still runs", tree.name.text());
    alive.insert(tree.name);
  }
  for (auto& place : places({})) {
    if (may_be_restarted(place)) continue;
    expect(!wished(place) || rests_by_itself(place) || alive.contains(place) ||
               !has_what_it_needs(place),
           "{} does not run", place.text());
  }
  for (auto& row : ps.processes) {
    auto name = parse_process_name(row.process);
    expect(name.has_value(), "{} is no name", row.process);
    if (is_one_off(*name)) continue;
    const std::string expected = !wished(*name)           ? "down"
                                 : rests_by_itself(*name) ? states_.at(row.process)
                                                          : "up";
    if (may_be_restarted(*name)) continue;
    const bool waits = wished(*name) && row.state == "waiting" && !has_what_it_needs(*name);
    expect(row.state == expected || waits, "{} is {}", row.process, row.state);
    expect(places({}).contains(*name), "{} is in the table", row.process);
  }
}

void Checker::expect_finished() const {
  expect(finished_, "it does not finish");
  expect(world_.trees().empty(), "{} processes are left", world_.trees().size());
  for (auto& [exchange, seen] : exchanges_)
    expect(seen.answered || seen.client_lost, "{} was never answered about {}", exchange.first,
           exchange.second);
}

}  // namespace muster::sim
