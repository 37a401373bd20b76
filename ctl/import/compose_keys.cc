// See compose_keys.h.
#include "ctl/import/compose_keys.h"

#include <fmt/format.h>
#include <algorithm>
#include <iterator>
#include <string_view>

#include "ctl/import/shell_text.h"
#include "ctl/import/tree_values.h"

namespace muster {
namespace {

// They are of a container, or are read elsewhere.
constexpr std::string_view silent_keys[] = {
    "image",  "build",       "command",  "entrypoint",  "environment", "env_file",
    "labels", "depends_on",  "profiles", "expose",      "hostname",    "container_name",
    "init",   "pull_policy", "platform", "stdin_open",  "annotations", "extends",
    "attach", "networks",    "links",    "healthcheck", "runtime",     "version"};

struct KeyNote {
  std::string_view key, note;
};
constexpr KeyNote key_notes[] = {
    {"ports", "nothing is published: a process listens where it is told to"},
    {"volumes", "there are no volumes: a process works on the files of this machine"},
    {"working_dir", "it is a directory of the image; see `directory`"},
    {"logging", "all lines go to muster's log: ctl logs"},
    {"secrets", "they are files of a container; see .env"},
    {"configs", "they are files of a container"},
    {"develop", "see `watch`"},
    {"extra_hosts", "names are those of this machine: /etc/hosts"},
    {"network_mode", "all processes are in the network of this machine"},
};

void take_restart(Imported& imported, ImportedType& type, const TreeNode& node) {
  if (node.text == "always" || node.text == "unless-stopped") {
    type.settings.erase("restart");
  } else if (node.text.starts_with("on-failure")) {
    imported.set(type, "restart", "\"on-failure\"", node.line);
    if (const size_t colon = node.text.find(':'); colon != node.text.npos)
      imported.set(type, "give_up",
                   fmt::format("{{ crashes = {}, within = \"1d\" }}", node.text.substr(colon + 1)),
                   node.line);
  } else if (node.text != "no" && node.text != "false") {
    imported.note_of(type.name, node.line, fmt::format("restart: '{}' is not known", node.text));
  }
}

void take_user(Imported& imported, ImportedType& type, const TreeNode& node) {
  const size_t colon = std::min(node.text.find(':'), node.text.size());
  imported.set(type, "user", toml_text(node.text.substr(0, colon)), node.line);
  if (colon < node.text.size())
    imported.set(type, "group", toml_text(node.text.substr(colon + 1)), node.line);
  imported.note_of(type.name, node.line,
                   "user: it is one of this machine, and only root may start it so");
}

void take_limit(Imported& imported, ImportedType& type, const std::string& key,
                const TreeNode& node) {
  const auto value = key == "memory" ? size_in(node) : std::optional(node.text);
  if (!value || node.number() == 0.0 || node.number() == -1.0) return;
  imported.set(type, key, *value, node.line);
  imported.note_of(type.name, node.line,
                   fmt::format("{}: it takes cgroups; `ctl check` says whether there are", key));
}

void take_count(Imported& imported, ImportedType& type, const TreeNode& node) {
  constexpr double most = 4096;
  const auto count = node.number();
  if (!count || *count < 0 || *count > most)
    return imported.note_of(type.name, node.line, "it is no number of processes");
  if (type.count > 0) type.count = static_cast<uint32_t>(*count);
}

void take_deploy(Imported& imported, ImportedType& type, const TreeNode& node) {
  for (auto& [key, line, value] : node.fields) {
    if (key == "replicas") {
      take_count(imported, type, value);
    } else if (key == "resources") {
      auto* limits = value.find("limits");
      for (auto& field : limits ? limits->fields : std::vector<TreeField>())
        for (const std::string_view name : {"memory", "cpus", "pids"})
          if (field.key == name)
            take_limit(imported, type, name == "cpus" ? "cpu" : field.key, field.value);
    } else if (key == "restart_policy") {
      if (auto condition = value.text_at("condition"); condition == "any")
        type.settings.erase("restart");
      else if (condition == "on-failure")
        imported.set(type, "restart", "\"on-failure\"", line);
    } else {
      imported.note_of(type.name, line, fmt::format("deploy.{}: it is of a cluster", key));
    }
  }
}

void take_ulimits(Imported& imported, ImportedType& type, const TreeNode& node) {
  for (auto& [key, line, value] : node.fields) {
    const auto* soft = value.is_map() ? value.find("soft") : &value;
    if ((key == "nofile" || key == "core") && soft)
      imported.set(type, key, soft->text == "-1" ? "\"unlimited\"" : soft->text, line);
    else
      imported.note_of(type.name, line, fmt::format("ulimits.{}: there is no such key", key));
  }
}

bool take_limits(Imported& imported, ImportedType& type, const TreeField& field) {
  auto& [key, line, value] = field;
  (void)line;
  if (key == "mem_limit")
    take_limit(imported, type, "memory", value);
  else if (key == "cpus")
    take_limit(imported, type, "cpu", value);
  else if (key == "pids_limit")
    take_limit(imported, type, "pids", value);
  else if (key == "deploy")
    take_deploy(imported, type, value);
  else if (key == "ulimits")
    take_ulimits(imported, type, value);
  else
    return false;
  return true;
}

}  // namespace

std::string command_of_test(const TreeNode& test) {
  if (test.is_text()) return line_of_script(test.text);
  auto words = words_in(test);
  if (!words || words->size() < 2) return {};
  const std::string kind = words->front();
  words->erase(words->begin());
  if (kind == "CMD-SHELL") return line_of_script(words->front());
  return kind == "CMD" ? line_of_shell(*words) : std::string();
}

void take_service_key(Imported& imported, ImportedType& type, const TreeField& field) {
  auto& [key, line, value] = field;
  if (key == "restart") return take_restart(imported, type, value);
  if (key == "user") return take_user(imported, type, value);
  if (key == "scale") return take_count(imported, type, value);
  if (take_limits(imported, type, field)) return;
  if (key == "stop_signal") return imported.set(type, "signal", toml_text(value.text), line);
  if (key == "oom_score_adj") return imported.set(type, "oom_score", value.text, line);
  if (key == "stop_grace_period") {
    if (const auto seconds = seconds_in(value))
      imported.set(type, "grace", toml_seconds(*seconds), line);
    return;
  }
  if (key == "tty") {
    if (value.is_true()) imported.set(type, "tty", "true", line);
    return;
  }
  const bool is_silent =
      std::find(std::begin(silent_keys), std::end(silent_keys), key) != std::end(silent_keys);
  if (is_silent || key.starts_with("x-")) return;
  for (auto& row : key_notes)
    if (row.key == key)
      return imported.note_of(type.name, line, fmt::format("{}: {}", key, row.note));
  imported.note_of(type.name, line, fmt::format("{}: it is of a container", key));
}

}  // namespace muster
