// See clients.h.
#include "clients.h"

#include <csignal>

namespace muster::sim {

namespace {
Readiness some_readiness(Rng& rng) {
  const auto kind = readiness_kinds[rng.below(std::size(readiness_kinds))];
  // A delay longer than the boot timeout never comes up, and the shortest timeout is 5 s.
  return {kind, "/", kind == Readiness::Kind::delay ? rng.up_to(5s) : Nanos(0)};
}

Settings some_settings(Rng& rng) {
  Settings settings;
  if (rng.percent(60)) settings.booting.ready = some_readiness(rng);
  if (rng.percent(20)) settings.booting.timeout = Nanos(1s) * rng.between(5, 60);
  if (rng.percent(30)) settings.stopping.signal = {rng.percent(50) ? SIGINT : SIGQUIT};
  if (rng.percent(30)) settings.stopping.grace = Nanos(1s) * rng.between(1, 10);
  if (rng.percent(30))
    settings.restarting.when = rng.percent(50) ? Restart::on_failure : Restart::never;
  if (rng.percent(20)) settings.restarting.success = {0, 2};
  if (rng.percent(20)) settings.restarting.backoff = Backoff{1s, 30s};
  if (rng.percent(20)) settings.restarting.give_up = GiveUp{uint32_t(rng.between(1, 4)), 5min};
  if (rng.percent(20)) settings.restarting.on_crash = CrashCommand{"tell"};
  if (rng.percent(20)) settings.singleton = rng.percent(50);
  if (rng.percent(30)) settings.surroundings.nice = Niceness{int(rng.below(2))};
  // Longer than silence is kept in times of calm.
  if (rng.percent(10)) settings.watching.watchdog = {5min * rng.between(1, 4)};
  if (rng.percent(10)) settings.watching.max_age = {20min * rng.between(1, 3)};
  if (rng.percent(20)) settings.watching.health = HealthCheck{};
  if (rng.percent(20)) settings.watching.max_memory = Quotas::Bytes{1 << 20};
  if (rng.percent(20)) settings.roll = RollWidth{uint32_t(rng.between(1, 3))};
  if (rng.percent(15)) settings.listen = ListenAddress{{}, "0.0.0.0", 8080};
  return settings;
}

const std::vector<std::string> type_names{"web", "worker", "clock"};
const std::vector<ClientId> client_names{"ann", "bob", "cyd"};
}  // namespace

AppModel Clients::some_model() {
  AppModel model;
  for (auto& name : type_names)
    if (rng_.percent(85))
      model.types.push_back({name, name + std::to_string(rng_.below(2)), some_settings(rng_)});
  // Each may need those behind it, so there is no circle.
  for (size_t i = 0; i < model.types.size(); i++)
    for (size_t other = i + 1; other < model.types.size(); other++)
      if (rng_.percent(20))
        model.types[i].settings.needs.push_back(
            {model.types[other].name, static_cast<Need::Until>(rng_.below(3))});
  if (rng_.percent(25))
    model.types.push_back({"release", "release" + std::to_string(rng_.below(2)), {}});
  if (rng_.percent(25)) {
    model.types.push_back({"nightly", "nightly0", {}});
    model.types.back().settings.cron = *Schedule::parse("*/7 * * * *");
  }
  if (model.types.empty()) model.types.push_back({"web", "web0"});
  if (rng_.percent(30)) model.env.emplace_back("COLOUR", std::to_string(rng_.below(2)));
  model.defaults = some_settings(rng_);
  return model;
}

Event Clients::next_event() {
  const uint64_t dice = rng_.below(100);
  if (dice < 4) return Signalled{SIGHUP};
  if (dice < 8) return ClientLost{rng_.pick(client_names)};
  if (dice < 20) return belonging_to_an_exchange();
  if (dice < 24) return files_seen();
  if (dice < 26) return SourcesChanged{some_name(), "src/a.js"};
  return request(some_body());
}

Event Clients::request(RequestBody body) {
  const ClientId client = rng_.pick(client_names);
  return Requested{client, Request{++last_id_[client], client + "@box", std::move(body)},
                   Role::admin};
}

// The look may be of a model that is in force no more.
Event Clients::files_seen() {
  FilesSeen seen;
  if (rng_.percent(70)) seen.changed = {"Procfile"}, seen.digest = rng_.between(1, 3);
  if (rng_.percent(30)) seen.types = {"web", "none"};
  seen.after_launches = rng_.percent(50);
  return seen;
}

// A reply to a request that may be of any kind, and long over.
Event Clients::belonging_to_an_exchange() {
  const ClientId client = rng_.pick(client_names);
  const std::vector<RequestBody> bodies{CreditRequest{1}, InputRequest{"x", rng_.percent(20)},
                                        SignalRequest{SIGINT}, CancelRequest{}};
  const uint64_t recent = rng_.below(4);
  const uint64_t last = last_id_[client];
  return Requested{client,
                   Request{last > recent ? last - recent : 1, client + "@box", rng_.pick(bodies)},
                   Role::admin};
}

RequestBody Clients::some_body() {
  switch (rng_.below(12)) {
    case 0:
      return StopRequest{some_names(true)};
    case 1:
      return StartRequest{some_names(true), some_wait()};
    case 2:
      return RestartRequest{some_names(true), some_wait()};
    case 3:
      return RunRequest{{rng_.percent(30) ? some_name() : "rake"}, {}, rng_.percent(50), 4};
    case 4:
      return ReloadRequest{};
    case 5:
      if (rng_.percent(30)) return AttachRequest{some_name(), 4};
      return PsRequest{some_names(true), rng_.percent(30)};
    case 7:
      return KillRequest{some_names(false), rng_.percent(50) ? SIGTERM : SIGUSR1};
    case 8:
      return change_of_release();
    case 6:
      return rng_.percent(50) ? RequestBody(StatusRequest{}) : VersionRequest{};
    default: {
      ScaleRequest scale{{}, some_wait()};
      for (uint64_t n = rng_.below(4); n > 0; n--) scale.changes.push_back(some_scale_word());
      return scale;
    }
  }
}

RequestBody Clients::change_of_release() {
  const uint64_t dice = rng_.below(10);
  if (dice < 3) return ConfigRequest{{{"COLOUR", std::to_string(rng_.below(3))}}, {}, some_wait()};
  if (dice < 4) return ConfigRequest{{}, {"COLOUR"}};
  if (dice < 5) return ReleasesRequest{};
  if (dice < 8)
    return DeployRequest{"c" + std::to_string(rng_.percent(80) ? ++deployed_ : deployed_), "c"};
  return rng_.percent(50) ? RollbackRequest{{}, some_wait()} : RollbackRequest{rng_.below(6)};
}

// For the answer, in seconds, if at all; 0: as long as the types say.
std::optional<uint32_t> Clients::some_wait() {
  if (rng_.percent(50)) return {};
  return rng_.percent(50) ? 0 : static_cast<uint32_t>(rng_.between(1, 90));
}

std::vector<std::string> Clients::some_names(bool may_be_none) {
  std::vector<std::string> names;
  for (uint64_t n = rng_.between(may_be_none ? 0 : 1, 2); n > 0; n--) names.push_back(some_name());
  return names;
}

std::string Clients::some_name() {
  static const std::vector<std::string> odd{"zookeeper", "", ".", "web.", "web.0", "run", "a b"};
  if (rng_.percent(5)) return rng_.pick(odd);
  if (rng_.percent(10)) return "run." + std::to_string(rng_.between(1, 6));
  if (rng_.percent(50)) return rng_.pick(type_names);
  return rng_.pick(type_names) + '.' + std::to_string(rng_.between(1, 4));
}

std::string Clients::some_scale_word() {
  static const std::vector<std::string> odd{
      "web",      "web=",  "=1", "zookeeper=1", "web=-1", "web=x", "web=99999999999999999999",
      "web=5000", "\xff=1"};
  if (rng_.percent(5)) return rng_.pick(odd);
  if (rng_.below(1500) == 0) return "worker=150";
  static const std::vector<std::string> signs{"=", "=", "=", "+", "-"};
  return rng_.pick(type_names) + rng_.pick(signs) + std::to_string(rng_.below(6));
}

}  // namespace muster::sim
