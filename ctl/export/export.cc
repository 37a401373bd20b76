// See export.h. Here: what all formats ask of an app.
#include "ctl/export/export.h"

#include <fmt/format.h>
#include <algorithm>

#include "daemon/config/env_file.h"
#include "daemon/config/settings_keys.h"

namespace muster {
namespace {

constexpr uint32_t ports_of_a_type = 100;

constexpr ExportFormat formats_of_export[] = {
    {"systemd", "a target, a service per process, a timer per cron", export_systemd},
    {"compose", "a compose.yaml, built from the Dockerfile of the app", export_compose},
    {"kubernetes", "deployments, cron jobs, a config map and a secret", export_kubernetes},
    {"nomad", "a job as JSON, with the driver raw_exec", export_nomad},
};

}  // namespace

std::span<const ExportFormat> export_formats() { return formats_of_export; }

bool is_one_off(const ProcessType& type) {
  return type.settings.cron.has_value() || type.name == release_type;
}

std::vector<std::string> shell_words(const ProcessType& type) {
  const bool is_one_program = type.command.find_first_of("|&;<>()`\n{}") == type.command.npos &&
                              type.command.find("$(") == type.command.npos &&
                              type.command.find('=') > type.command.find(' ');
  return {"/bin/sh", "-c", is_one_program ? "exec " + type.command : type.command};
}

uint32_t ExportApp::count_of(const ProcessType& type) const {
  if (is_one_off(type)) return 0;
  const auto found = formation.find(type.name);
  return found == formation.end() ? 1 : found->second;
}

uint32_t ExportApp::port_of(const ProcessType& type, uint32_t number) const {
  uint32_t index = 0;
  for (auto& other : model.types) {
    if (other.name == type.name) break;
    index++;
  }
  return port + index * ports_of_a_type + number - 1;
}

Environment ExportApp::env_of(const ProcessType& type) const {
  Environment env{{"PYTHONUNBUFFERED", "1"}};
  for (auto* part : {&model.env, &config, &type.settings.env})
    for (auto& [variable, value] : *part)
      if (variable != "PORT" && variable != "PS" && variable != "DYNO")
        set_variable(env, variable, value);
  return env;
}

std::string ExportApp::directory_of(const ProcessType& type) const {
  const std::string& own = type.settings.surroundings.directory;
  if (own.empty()) return directory;
  return own.front() == '/' ? own : directory + '/' + own;
}

void note_other_keys(Exported& exported, const ProcessType& type,
                     std::span<const std::string_view> known) {
  const Settings usual;
  for_each_key(
      [&](Key key, auto& value, auto& as_usual) {
        if (value == as_usual || key.name == "env") return;
        if (std::find(known.begin(), known.end(), key.name) != known.end()) return;
        exported.notes.push_back(
            fmt::format("{}: {}: it cannot be said there, and is left out", type.name, key.name));
      },
      type.settings, usual);
}

}  // namespace muster
