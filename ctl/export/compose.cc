// See export.h. Here: a compose.yaml. The image is built from the Dockerfile of the app, which has
// to be there.
#include <fmt/format.h>

#include "ctl/export/export.h"
#include "ctl/export/yaml_text.h"

namespace muster {
namespace {

constexpr std::string_view compose_export_keys[] = {
    "cpu",     "grace",  "group", "memory",    "needs", "nofile", "oom_score", "pids",
    "restart", "signal", "tty",   "singleton", "user",  "health", "ready"};

// A $ would be a variable there.
std::string compose_text(std::string_view text) {
  std::string out;
  for (const char c : text) out += c == '$' ? "$$" : std::string(1, c);
  return out;
}

std::string compose_seconds(Nanos length) {
  return fmt::format("{:g}s", std::chrono::duration<double>(length).count());
}

class ComposeExport {
 public:
  explicit ComposeExport(const ExportApp& app) : app_(app) {}

  Exported make() {
    ExportValue services = ExportValue::object();
    for (auto& type : app_.model.types) {
      note_other_keys(exported_, type, compose_export_keys);
      services[type.name] = service(type);
    }
    exported_.files.push_back(
        {"compose.yaml", yaml_text({{"name", app_.name}, {"services", services}}), false});
    exported_.hint = "docker compose up -d  (a Dockerfile of the app must be beside it)";
    return std::move(exported_);
  }

 private:
  void note(const ProcessType& type, std::string_view what) {
    exported_.notes.push_back(fmt::format("{}: {}", type.name, what));
  }

  ExportValue service(const ProcessType& type) {
    std::string env;
    for (auto& [name, value] : app_.env_of(type)) {
      if (value.find('\n') != value.npos) {
        note(type, fmt::format("{}: a value of several lines is left out", name));
        continue;
      }
      env += fmt::format("{}={}\n", name, quoted(value));
    }
    const std::string env_file = type.name + ".env";
    exported_.files.push_back({env_file, env, true});
    ExportValue words = ExportValue::array();
    for (auto& word : shell_words(type)) words.push_back(compose_text(word));
    ExportValue made = {{"build", "."}, {"command", words}, {"env_file", {env_file}}};
    made["environment"] = {{"PS", type.name + ".1"},
                           {"DYNO", type.name + ".1"},
                           {"PORT", std::to_string(app_.port_of(type, 1))}};
    if (type.name == "web") made["ports"] = {fmt::format("{0}:{0}", app_.port_of(type, 1))};
    add_life(made, type);
    add_limits(made, type);
    return made;
  }

  // Docker compose replaces nothing in single quotes of an env_file.
  static std::string quoted(const std::string& value) {
    if (value.find('\'') == value.npos) return '\'' + value + '\'';
    std::string out;
    for (const char c : value)
      out += c == '"' || c == '\\' || c == '$' ? std::string{'\\', c} : std::string{c};
    return '"' + out + '"';
  }

  void add_life(ExportValue& made, const ProcessType& type) {
    auto& settings = type.settings;
    if (is_one_off(type)) {
      made["profiles"] = {"one-off"};
      made["restart"] = "no";
      note(type, fmt::format("it runs when you say so: docker compose run {}", type.name));
    } else {
      made["restart"] = settings.restarting.when == Restart::always       ? "always"
                        : settings.restarting.when == Restart::on_failure ? "on-failure"
                                                                          : "no";
    }
    made["stop_signal"] = name_of(settings.stopping.signal);
    made["stop_grace_period"] = compose_seconds(settings.stopping.grace.value_or(Usual().grace));
    for (auto& need : settings.needs)
      made["depends_on"][need.type] = {{"condition", need.until == Need::Until::completed
                                                         ? "service_completed_successfully"
                                                         : "service_started"}};
    if (auto& health = settings.watching.health) add_health(made, type, *health);
    if (settings.booting.ready && settings.booting.ready->kind != Readiness::Kind::none)
      note(type, "ready: others wait for its start alone");
  }

  void add_health(ExportValue& made, const ProcessType& type, const HealthCheck& health) {
    const uint32_t port = app_.port_of(type, 1);
    const std::string command =
        health.by.kind == Readiness::Kind::exec ? health.by.what
        : health.by.kind == Readiness::Kind::http
            ? fmt::format("curl -fsS http://127.0.0.1:{}{}", port, health.by.what)
            : fmt::format("nc -z 127.0.0.1 {}", port);
    made["healthcheck"] = {{"test", {"CMD-SHELL", compose_text(command)}},
                           {"interval", compose_seconds(health.every)},
                           {"timeout", compose_seconds(health.timeout)},
                           {"retries", health.failures}};
    note(type, "health: docker only marks one that is not well, and restarts nothing");
  }

  void add_limits(ExportValue& made, const ProcessType& type) {
    auto& own = type.settings.surroundings;
    if (!is_one_off(type)) made["deploy"]["replicas"] = app_.count_of(type);
    if (own.quotas.memory)
      made["deploy"]["resources"]["limits"]["memory"] = std::to_string(own.quotas.memory->count);
    if (own.quotas.cpu)
      made["deploy"]["resources"]["limits"]["cpus"] =
          fmt::format("{:g}", own.quotas.cpu->count / 100.0);
    if (own.quotas.pids) made["deploy"]["resources"]["limits"]["pids"] = own.quotas.pids->count;
    if (own.nofile && own.nofile->value != ResourceLimit::unlimited)
      made["ulimits"]["nofile"] = own.nofile->value;
    if (own.oom_score) made["oom_score_adj"] = own.oom_score->value;
    if (own.tty) made["tty"] = *own.tty;
    if (!own.account.user.empty())
      made["user"] = std::string(own.account.user) +
                     (own.account.group.empty() ? "" : ':' + std::string(own.account.group));
    if (type.name == "web" && app_.count_of(type) > 1)
      note(type, "its port is published, and only one process can have it: put a proxy before it");
  }

  const ExportApp& app_;
  Exported exported_;
};

}  // namespace

Exported export_compose(const ExportApp& app) { return ComposeExport(app).make(); }

}  // namespace muster
