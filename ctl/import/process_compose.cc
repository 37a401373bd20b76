// See converters.h. Here: process-compose.yaml. Its commands are lines of a shell already.
#include <fmt/format.h>
#include <signal.h>
#include <algorithm>
#include <iterator>

#include "ctl/import/converters.h"
#include "ctl/import/shell_text.h"
#include "ctl/import/source_variables.h"
#include "ctl/import/tree_values.h"
#include "daemon/config/env_file.h"

namespace muster {
namespace {

// They lose nothing, or are read elsewhere.
constexpr std::string_view silent_process_keys[] = {"command",
                                                    "entrypoint",
                                                    "environment",
                                                    "depends_on",
                                                    "description",
                                                    "disabled",
                                                    "disable_ansi_colors",
                                                    "is_elevated",
                                                    "is_foreground",
                                                    "name",
                                                    "namespace",
                                                    "replicas",
                                                    "is_template_disabled"};

class ProcessComposeFile {
 public:
  explicit ProcessComposeFile(const ImportSource& source)
      : source_(source), variables_(source, imported_) {
    imported_.file = source.file;
  }

  Result<Imported> convert() {
    auto tree = parse_tree(source_.text, source_.file);
    if (!tree) return tl::unexpected(tree.error());
    if (Result<> done = fill_in_all(*tree); !done) return tl::unexpected(done.error());
    const auto* processes = tree->find("processes");
    if (!processes || !processes->is_map())
      return fail("{}:{}: there are no processes in it", source_.file, std::max(tree->line, 1U));
    if (auto* env = tree->find("environment"))
      for (auto& [name, value] : environment_in(*env)) set_variable(imported_.env, name, value);
    for (const std::string_view key : {"env_cmds", "vars", "extends"})
      if (auto* node = tree->find(key))
        imported_.note(node->line, fmt::format("{}: it is not read", key));
    for (auto& field : processes->fields) take_process(field);
    settle_needs();
    imported_.put_before_commands();
    return std::move(imported_);
  }

 private:
  static bool has_template(const TreeNode& node) {
    return node.text.find("{{") != node.text.npos ||
           std::ranges::any_of(node.items, has_template) ||
           std::ranges::any_of(node.fields, [](auto& it) { return has_template(it.value); });
  }

  // Variables in commands are left to the shell.
  Result<> fill_in(TreeNode& node) {
    for (auto& field : node.fields)
      if (field.key == "environment" || field.key == "working_dir" || field.key == "availability")
        if (Result<> done = variables_.fill_in(field.value); !done) return done;
    return {};
  }

  Result<> fill_in_all(TreeNode& tree) {
    if (Result<> done = fill_in(tree); !done) return done;
    for (auto& field : tree.fields) {
      if (field.key != "processes") continue;
      for (auto& process : field.value.fields) {
        if (has_template(process.value))
          imported_.note_of(process.key, process.line, "{{ }}: no template is filled in here");
        if (Result<> done = fill_in(process.value); !done) return done;
      }
    }
    return {};
  }

  void take_process(const TreeField& field) {
    auto& process = field.value;
    ImportedType type;
    type.settings["restart"] = "\"never\"";
    if (auto command = process.text_at("command"))
      type.command = line_of_script(unescaped(*command));
    if (auto* words = process.find("entrypoint"); words && type.command.empty())
      if (auto split = words_in(*words)) type.command = line_of_shell(*split);
    if (type.command.empty())
      return imported_.note_of(field.key, field.line, "it has no command, and is left out");
    type.name = imported_.free_name(field.key, field.line);
    if (auto count = process.find("replicas") ? process.find("replicas")->number() : std::nullopt)
      type.count = static_cast<uint32_t>(std::clamp(*count, 0.0, 4096.0));
    if (auto* disabled = process.find("disabled"); disabled && disabled->is_true()) {
      type.count = 0;
      imported_.note_of(
          type.name, disabled->line,
          fmt::format("disabled: it runs when it is wanted: ctl scale {}=1", type.name));
    }
    if (auto* env = process.find("environment")) type.env = environment_in(*env);
    for (auto& entry : process.fields) take_key(type, entry);
    if (auto* needs = process.find("depends_on"))
      needs_.push_back({imported_.types.size(), *needs});
    originals_.push_back(field.key);
    imported_.types.push_back(std::move(type));
  }

  // process-compose replaces ${X} itself, from the same environment; $$ is a dollar.
  static std::string unescaped(std::string text) {
    for (size_t at = text.find("$$"); at != text.npos; at = text.find("$$", at + 1))
      text.erase(at, 1);
    return text;
  }

  void take_key(ImportedType& type, const TreeField& entry) {
    auto& [key, line, value] = entry;
    if (key == "working_dir") return imported_.set(type, "directory", toml_text(value.text), line);
    if (key == "availability") return take_availability(type, value);
    if (key == "shutdown") return take_shutdown(type, value);
    if (key == "readiness_probe") return take_probe(type, "ready", value);
    if (key == "liveness_probe") return take_probe(type, "health", value);
    if (key == "schedule") return take_schedule(type, value);
    if (key == "ready_log_line")
      return imported_.set(type, "ready", toml_text("log:" + literal_pattern(value.text)), line);
    if (key == "launch_timeout_seconds") {
      if (const auto seconds = value.number())
        imported_.set(type, "boot_timeout", toml_seconds(*seconds), line);
      return;
    }
    if (key == "is_daemon") {
      if (value.is_true())
        imported_.note_of(type.name, line,
                          "is_daemon: a program that goes into the background has ended here: have "
                          "it stay in the foreground");
      return;
    }
    if (key == "is_tty") {
      if (value.is_true()) imported_.set(type, "tty", "true", line);
      return;
    }
    if (key.starts_with("log_"))
      return imported_.note_of(type.name, line,
                               fmt::format("{}: all lines go to muster's log: ctl logs", key));
    const bool is_silent = std::find(std::begin(silent_process_keys), std::end(silent_process_keys),
                                     key) != std::end(silent_process_keys);
    if (!is_silent)
      imported_.note_of(type.name, line, fmt::format("{}: it is not known here", key));
  }

  static std::string literal_pattern(std::string_view text) {
    std::string out;
    for (const char c : text) {
      if (std::string_view("\\^$.[]|()*+?{}").find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
    return out;
  }

  void take_availability(ImportedType& type, const TreeNode& node) {
    const auto restart = node.text_at("restart").value_or("no");
    if (restart == "always") type.settings.erase("restart");
    if (restart == "on_failure") type.settings["restart"] = "\"on-failure\"";
    if (restart != "always" && restart != "on_failure" && restart != "no" && restart != "false" &&
        restart != "exit_on_failure")
      imported_.note_of(type.name, node.line,
                        fmt::format("restart: '{}' is not known here: \"never\"", restart));
    if (restart == "exit_on_failure")
      imported_.note_of(type.name, node.line, "restart: its failure does not end the others here");
    if (auto* ends = node.find("exit_on_end"); ends && ends->is_true())
      imported_.note_of(type.name, ends->line, "exit_on_end: its end does not end the others here");
    if (const auto* most = node.find("max_restarts"); most && most->number() > 0.0)
      imported_.set(type, "give_up",
                    fmt::format("{{ crashes = {}, within = \"1d\" }}", *most->number() + 1),
                    most->line);
    if (auto* wait = node.find("backoff_seconds"); wait && wait->number() > 0.0)
      imported_.set(type, "backoff",
                    fmt::format("{{ base = {0}, cap = {0} }}", toml_seconds(*wait->number())),
                    wait->line);
  }

  void take_shutdown(ImportedType& type, const TreeNode& node) {
    if (auto* number = node.find("signal"); number && number->number())
      if (const char* name = ::sigabbrev_np(static_cast<int>(*number->number())))
        imported_.set(type, "signal", toml_text(name), number->line);
    if (auto* grace = node.find("timeout_seconds"); grace && grace->number())
      imported_.set(type, "grace", toml_seconds(*grace->number()), grace->line);
    if (auto* command = node.find("command"))
      imported_.note_of(type.name, command->line,
                        "shutdown.command: a process is told to end by a signal");
  }

  void take_schedule(ImportedType& type, const TreeNode& node) {
    if (auto* cron = node.find("cron"))
      imported_.set(type, "cron", toml_text(cron->text), cron->line);
    else
      imported_.note_of(type.name, node.line, "schedule: write its times as `cron`");
  }

  static std::string check_of(const TreeNode& probe) {
    if (auto* exec = probe.find("exec"))
      return "exec:" + line_of_script(unescaped(exec->text_at("command").value_or("")));
    auto* get = probe.find("http_get");
    if (!get) return {};
    const auto port = get->text_at("port").value_or("");
    std::string path = get->text_at("path").value_or("/");
    if (!path.starts_with('/')) path = '/' + path;
    if (port == "${PORT}" || port == "$PORT") return "http:" + path;
    const std::string url = fmt::format("{}://{}{}{}{}", get->text_at("scheme").value_or("http"),
                                        get->text_at("host").value_or("127.0.0.1"),
                                        port.empty() ? "" : ":", port, path);
    return "exec:curl -fsS -o /dev/null " + word_of_shell(url);
  }

  void take_probe(ImportedType& type, const std::string& key, const TreeNode& probe) {
    const std::string check = check_of(probe);
    if (check.empty() || check == "exec:")
      return imported_.note_of(type.name, probe.line, key + ": the probe is not known");
    if (check.starts_with("exec:curl "))
      imported_.note_of(type.name, probe.line,
                        key + ": its port is not $PORT, so that curl asks; see `http:`");
    if (key == "ready") return imported_.set(type, key, toml_text(check), probe.line);
    std::string table = "{ check = " + toml_text(check);
    if (auto* every = probe.find("period_seconds"); every && every->number() > 0.0)
      table += ", every = " + toml_seconds(*every->number());
    if (auto* timeout = probe.find("timeout_seconds"); timeout && timeout->number() > 0.0)
      table += ", timeout = " + toml_seconds(*timeout->number());
    if (auto* failures = probe.find("failure_threshold"); failures && failures->number() > 0.0)
      table += ", failures = " + failures->text;
    imported_.set(type, key, table + " }", probe.line);
  }

  void settle_needs() {
    for (auto& [index, node] : needs_) {
      std::string list;
      for (auto& field : node.fields) {
        const auto found = std::find(originals_.begin(), originals_.end(), field.key);
        if (found == originals_.end()) {
          imported_.note_of(imported_.types[index].name, field.line,
                            fmt::format("depends_on: there is no {}", field.key));
          continue;
        }
        const auto how = field.value.text_at("condition").value_or("");
        auto& type = imported_.types[static_cast<size_t>(found - originals_.begin())];
        const bool completes = how.starts_with("process_completed");
        if (how == "process_completed")
          imported_.note_of(type.name, field.line, "it is complete only when it has succeeded");
        const std::string until = completes ? ":completed"
                                  : how == "process_healthy" || how.ends_with("ready") ? ""
                                                                                       : ":started";
        list += (list.empty() ? "" : ", ") + toml_text(type.name + until);
      }
      if (!list.empty())
        imported_.set(imported_.types[index], "needs", '[' + list + ']', node.line);
    }
  }

  struct Needs {
    size_t type;
    TreeNode node;
  };
  const ImportSource& source_;
  Imported imported_;
  SourceVariables variables_;
  std::vector<std::string> originals_;  // the names of the types, as they were
  std::vector<Needs> needs_;
};

}  // namespace

Result<Imported> import_process_compose(const ImportSource& source) {
  return ProcessComposeFile(source).convert();
}

}  // namespace muster
