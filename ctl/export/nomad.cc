// See export.h. Here: a job of Nomad as JSON, for `nomad job run -json`.
#include <fmt/format.h>

#include "ctl/export/export.h"
#include "ctl/export/yaml_text.h"

namespace muster {
namespace {

constexpr std::string_view nomad_keys[] = {"cpu",       "cron",    "directory", "grace", "memory",
                                           "singleton", "restart", "signal",    "user"};

// ${NAME} would be one of nomad's own.
std::string nomad_text(std::string text) {
  for (size_t at = text.find("${"); at != text.npos; at = text.find("${", at + 3))
    text.insert(at, 1, '$');
  return text;
}

ExportValue nomad_group(const ExportApp& app, const ProcessType& type) {
  const auto words = shell_words(type);
  auto& settings = type.settings;
  ExportValue env = ExportValue::object();
  for (auto& [name, value] : app.env_of(type)) env[name] = nomad_text(value);
  env["PS"] = env["DYNO"] = type.name + ".1";
  env["PORT"] = "${NOMAD_PORT_http}";
  ExportValue task = {
      {"Name", type.name},
      {"Driver", "raw_exec"},
      {"Config",
       {{"command", words[0]},
        {"args",
         {words[1], nomad_text(fmt::format("cd '{}' && {}", app.directory_of(type), words[2]))}}}},
      {"Env", env},
      {"KillSignal", name_of(settings.stopping.signal)},
      {"KillTimeout", settings.stopping.grace.value_or(Usual().grace).count()}};
  if (auto& user = settings.surroundings.account.user; !user.empty())
    task["User"] = std::string(user);
  auto& quotas = settings.surroundings.quotas;
  if (quotas.memory)
    task["Resources"]["MemoryMB"] = std::max<uint64_t>(1, quotas.memory->count >> 20);
  if (quotas.cpu) task["Resources"]["Cores"] = std::max<uint32_t>(1, quotas.cpu->count / 100);
  ExportValue group = {{"Name", type.name},
                       {"Count", std::max<uint32_t>(1, app.count_of(type))},
                       {"Networks", {{{"DynamicPorts", {{{"Label", "http"}}}}}}},
                       {"Tasks", {task}}};
  const bool is_once = settings.restarting.when != Restart::always || is_one_off(type);
  group["RestartPolicy"] = {{"Attempts", is_once ? 0 : 10},
                            {"Interval", std::chrono::nanoseconds(10min).count()},
                            {"Delay", std::chrono::nanoseconds(10s).count()},
                            {"Mode", is_once ? "fail" : "delay"}};
  return group;
}

}  // namespace

Exported export_nomad(const ExportApp& app) {
  Exported exported;
  ExportValue groups = ExportValue::array();
  const auto job = [&](const std::string& id, const char* kind, const ExportValue& of) {
    return ExportValue{
        {"ID", id}, {"Name", id}, {"Type", kind}, {"Datacenters", {"dc1"}}, {"TaskGroups", of}};
  };
  for (auto& type : app.model.types) {
    note_other_keys(exported, type, nomad_keys);
    if (!is_one_off(type)) {
      if (app.count_of(type) > 0) groups.push_back(nomad_group(app, type));
      continue;
    }
    const std::string id = fmt::format("{}-{}", app.name, type.name);
    ExportValue made = job(id, "batch", ExportValue::array({nomad_group(app, type)}));
    const auto found = app.crons.find(type.name);
    if (type.settings.cron && found == app.crons.end())
      exported.notes.push_back(type.name + ": cron: its times could not be read; write them");
    if (found != app.crons.end())
      made["Periodic"] = {{"Enabled", true},
                          {"SpecType", "cron"},
                          {"Spec", found->second},
                          {"ProhibitOverlap", true}};
    exported.files.push_back({id + ".nomad.json", ExportValue{{"Job", made}}.dump(2) + '\n', true});
  }
  exported.files.push_back({app.name + ".nomad.json",
                            ExportValue{{"Job", job(app.name, "service", groups)}}.dump(2) + '\n',
                            true});
  exported.hint = fmt::format("nomad job run -json {}.nomad.json", app.name);
  return exported;
}

}  // namespace muster
