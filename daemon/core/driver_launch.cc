// See driver.h. Here: what a launch is made of: environment, settings, port.
#include "daemon/core/driver.h"
#include "daemon/core/texts.h"

namespace muster {
namespace {

void limit(Surroundings& surroundings, const OneOff& one_off) {
  surroundings.isolate = one_off.isolated;
  auto& [memory, disk, cpu, timeout] = one_off.limits;
  if (memory) surroundings.quotas.memory = Quotas::Bytes{*memory};
  if (disk) surroundings.disk = Quotas::Bytes{*disk};
  if (cpu) surroundings.quotas.cpu = Quotas::CorePercents{*cpu};
}

}  // namespace

Environment environment_of(const AppModel& model, const Settings* settings,
                           const Release& release) {
  Environment env = model.env;
  if (settings) env.insert(env.end(), settings->env.begin(), settings->env.end());
  env.insert(env.end(), release.config.begin(), release.config.end());
  return env;
}

Launch Driver::launch_of(const Process& p, LaunchId id) const {
  Launch launch;
  launch.launch = id;
  launch.process = p.name;
  if (const Settings* settings = settings_of(p)) {
    launch.surroundings = settings->surroundings;
    launch.line_rate = settings->line_rate;
  }
  if (p.one_off && p.one_off->ahead) {
    launch.code = p.one_off->ahead->code;
  } else {
    launch.code = releases_.current().code;
    launch.env = environment_of(types_.model(), settings_of(p), releases_.current());
  }
  if (p.one_off) {
    launch.command = p.one_off->command;
    launch.argv = p.one_off->argv;
    launch.attached = p.one_off->attached;
    launch.input = p.one_off->input;
    if (!launch.input.empty()) launch.surroundings.tty.reset();
    launch.env.insert(launch.env.end(), p.one_off->env.begin(), p.one_off->env.end());
    limit(launch.surroundings, *p.one_off);
    if (p.one_off->inside) launch.inside = midst_of(*p.one_off->inside);
  } else {
    launch.command = p.command;
    launch.of_formation = true;
  }
  launch.notifies = p.readiness.kind == Readiness::Kind::notify || watchdog_of(p);
  if (auto silence = watchdog_of(p))
    launch.env.emplace_back("WATCHDOG_USEC", std::to_string(*silence / 1us));
  if (const ListenAddress* address = listen_of(p)) launch.listen = *address;
  if (auto port = port_of(p))
    launch.env.emplace_back("PORT", std::to_string(*port));
  else if (!p.one_off)  // that of .env is where all ports begin, and no process's own
    std::erase_if(launch.env, [](auto& variable) { return variable.first == "PORT"; });
  launch.env.emplace_back("PS", p.name.text());
  launch.env.emplace_back("DYNO", p.name.text());
  return launch;
}

// A launch that has ended meanwhile has no inside.
Launch::Midst Driver::midst_of(LaunchId launch) const {
  const Process* other = table_.of_launch(launch);
  if (!other || !other->identity) return {};
  return {*other->identity, other->isolated};
}

// The edge is asked again for what an earlier program may or may not have begun.
void Driver::launch_again(Process& p) {
  Launch launch = launch_of(p, *p.launch);
  launch.resumed = Launch::Resumed{p.progress, p.identity};
  const bool unready = p.state == ProcessState::starting && p.progress == LaunchProgress::running;
  // Its output of that time comes as soon as it is taken over.
  const bool by_line = p.readiness.kind == Readiness::Kind::log;
  if (unready && by_line) ask_for_readiness(p);
  out_.add(std::move(launch));
  if (unready && !by_line) ask_for_readiness(p);
}

// It is nothing for a type that has left the files.
const Settings* Driver::settings_of(const Process& p) const {
  if (p.one_off && p.one_off->ahead) return &p.one_off->ahead->settings;
  const std::string& name = p.one_off ? p.one_off->type : p.name.type;
  if (name.empty()) return &types_.model().one_offs;
  const ProcessType* type = types_.find(name);
  return type ? &type->settings : nullptr;
}

void Driver::keep_port(Process& p) {
  if (!ports_.keep(*p.port)) p.port.reset();
}

// A process keeps its port for as long as it is in the table, unless its type comes to share one.
void Driver::give_port(Process& p) {
  if (listen_of(p)) {
    if (p.port) ports_.release(*p.port);
    p.port.reset();
    return;
  }
  if (p.port) return;
  p.port = ports_.take(*types_.index_of(p.name.type), types_.size(), p.name.number);
  if (!p.port) publish(p, RecordKind::notice, texts::no_port());
}

// One-offs are not to answer in the name of the type.
const ListenAddress* Driver::listen_of(const Process& p) const {
  const Settings* settings = p.one_off ? nullptr : settings_of(p);
  return settings && settings->listen ? &*settings->listen : nullptr;
}

std::optional<uint32_t> Driver::port_of(const Process& p) const {
  const ListenAddress* address = listen_of(p);
  if (!address) return p.port;
  return address->path.empty() ? std::optional<uint32_t>(address->port) : std::nullopt;
}

}  // namespace muster
