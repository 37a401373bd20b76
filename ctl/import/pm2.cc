// See converters.h. Here: pm2's ecosystem file, as JSON or YAML; a .js is made JSON by node.
#include <fmt/format.h>
#include <algorithm>
#include <iterator>

#include "ctl/import/converters.h"
#include "ctl/import/shell_text.h"
#include "ctl/import/tree_values.h"

namespace muster {
namespace {

constexpr std::string_view silent_pm2_keys[] = {"name",
                                                "script",
                                                "args",
                                                "interpreter",
                                                "interpreter_args",
                                                "node_args",
                                                "env",
                                                "instances",
                                                "exec_interpreter",
                                                "vizion",
                                                "pmx",
                                                "automation",
                                                "force",
                                                "source_map_support",
                                                "merge_logs",
                                                "combine_logs",
                                                "time",
                                                "append_env_to_name",
                                                "namespace",
                                                "filter_env",
                                                "disable_source_map_support",
                                                "treekill",
                                                "disable_logs",
                                                "log_type",
                                                "log_date_format",
                                                "autostart",
                                                "ignore_watch",
                                                "watch_delay",
                                                "watch_options"};

struct Interpreter {
  std::string_view ending, program;
};
constexpr Interpreter interpreters[] = {
    {".js", "node"}, {".cjs", "node"}, {".mjs", "node"}, {".ts", "bun"},  {".py", "python3"},
    {".sh", "bash"}, {".rb", "ruby"},  {".pl", "perl"},  {".php", "php"}, {".coffee", "coffee"}};

struct Pm2Note {
  std::string_view key, note;
};
constexpr Pm2Note pm2_notes[] = {
    {"min_uptime", "every end counts; see `backoff`"},
    {"wait_ready", "process.send('ready') is not heard; see `ready`"},
    {"instance_var", "the number of a process stands in $PS: web.2"},
    {"increment_var", "muster gives each process a PORT of its own"},
    {"shutdown_with_message", "a process is told to end by a signal"},
    {"stop_exit_codes", "see `success`"},
    {"port", "muster gives each process a PORT of its own"},
};

// `instances` processes behind one socket are muster's `listen`.
constexpr std::string_view cluster_note =
    "exec_mode: there is no cluster: its processes share a socket by `listen`, or have a PORT each";

// The file is JavaScript to pm2, also when it is called JSON: it may hold comments. In their place
// are blanks, so that lines stay what they are.
std::string without_comments(std::string_view text) {
  std::string out(text);
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == text.npos || (text[begin] != '{' && text[begin] != '[' && text[begin] != '/'))
    return out;
  char quote = 0;
  for (size_t at = 0; at < text.size(); at++) {
    const std::string_view rest = text.substr(at);
    if (quote) {
      if (text[at] == '\\')
        at++;
      else if (text[at] == quote)
        quote = 0;
      continue;
    }
    if (text[at] == '"' || text[at] == '\'') quote = text[at];
    const bool is_block = rest.starts_with("/*");
    if (!is_block && !rest.starts_with("//")) continue;
    const size_t end = is_block ? text.find("*/", at + 2) : text.find('\n', at);
    const size_t after = end == text.npos ? text.size() : end + (is_block ? 2 : 0);
    for (; at < after; at++)
      if (out[at] != '\n') out[at] = ' ';
    at--;
  }
  return out;
}

class Pm2File {
 public:
  explicit Pm2File(const ImportSource& source) : source_(source) { imported_.file = source.file; }

  Result<Imported> convert() {
    auto tree = parse_tree(without_comments(source_.text), source_.file);
    if (!tree) return tl::unexpected(tree.error());
    const auto* apps = tree->find("apps");
    if (!apps && tree->is_list()) apps = &*tree;
    if (!apps && tree->find("script")) {
      take_app(*tree);
    } else if (apps && apps->is_list()) {
      for (auto& app : apps->items) take_app(app);
    } else if (apps && apps->is_map()) {
      take_app(*apps);
    } else {
      return fail("{}:{}: there are no apps in it", source_.file, std::max(tree->line, 1U));
    }
    if (auto* deploy = tree->find("deploy"))
      imported_.note(deploy->line, "deploy: see `ctl create`, and git push");
    imported_.put_before_commands();
    return std::move(imported_);
  }

 private:
  void take_app(const TreeNode& app) {
    const auto script = app.text_at("script");
    if (!script) return imported_.note(app.line, "it has no script, and is left out");
    const std::string base = script->substr(script->rfind('/') + 1);
    const auto name = app.text_at("name").value_or(base.substr(0, base.find('.')));
    ImportedType type;
    type.command = command_of(app, *script, name);
    if (type.command.empty()) return;
    type.name = imported_.free_name(name, app.line);
    type.is_of_words = true;
    // These are pm2's own defaults.
    type.settings["signal"] = "\"INT\"";
    type.settings["grace"] = "\"1600ms\"";
    if (auto* env = app.find("env")) type.env = environment_in(*env);
    for (auto& field : app.fields) take_key(type, field);
    take_count(type, app);
    if (auto* times = app.find("cron_restart")) take_times(type, *times);
    imported_.types.push_back(std::move(type));
  }

  std::string command_of(const TreeNode& app, const std::string& script, const std::string& name) {
    std::vector<std::string> words;
    auto interpreter = app.text_at("interpreter");
    if (!interpreter) interpreter = app.text_at("exec_interpreter");
    if (interpreter && *interpreter != "none" && !interpreter->empty()) words = {*interpreter};
    if (!interpreter)
      for (auto& row : interpreters)
        if (script.ends_with(row.ending)) words = {std::string(row.program)};
    const auto add = [&](const char* key) {
      auto* node = app.find(key);
      if (!node) return;
      auto split = words_in(*node);
      if (!split)
        return imported_.note_of(name, node->line, fmt::format("{}: {}", key, split.message()));
      words.insert(words.end(), split->begin(), split->end());
    };
    add("interpreter_args");
    add("node_args");
    words.push_back(script);
    add("args");
    for (auto& word : words)
      if (!may_be_marked(word)) {
        imported_.note_of(name, app.line, "its command holds a control character; it is left out");
        return {};
      }
    return line_of_shell(words);
  }

  void take_count(ImportedType& type, const TreeNode& app) {
    constexpr double most = 4096;
    const auto* node = app.find("instances");
    if (!node) return;
    const auto number = node->number();
    if (number && *number > 0 && *number <= most) {
      type.count = static_cast<uint32_t>(*number);
      return;
    }
    imported_.note_of(type.name, node->line,
                      fmt::format("instances: '{}' depends on the machine: ctl scale {}=N",
                                  node->text, type.name));
  }

  // A program that is not started again runs at these times; any other is restarted then.
  void take_times(ImportedType& type, const TreeNode& times) {
    if (times.text.empty() || times.text == "false" || times.text == "0") return;
    if (type.settings["restart"] != "\"never\"") {
      type.settings.erase("restart");
      return imported_.note_of(type.name, times.line,
                               "cron_restart: see `max_age`, which restarts after a time");
    }
    type.settings.erase("restart");
    imported_.set(type, "cron", toml_text(times.text), times.line);
    imported_.note_of(type.name, times.line,
                      "cron_restart: it runs at these times, and not when the app starts");
  }

  void set_seconds(ImportedType& type, const std::string& key, const TreeNode& node) {
    if (const auto seconds = seconds_in(node, 0.001))
      imported_.set(type, key, toml_seconds(*seconds), node.line);
  }

  void take_key(ImportedType& type, const TreeField& field) {
    auto& [key, line, value] = field;
    if (key == "cwd") return imported_.set(type, "directory", toml_text(value.text), line);
    if (key == "kill_timeout") return set_seconds(type, "grace", value);
    if (key == "listen_timeout" || key == "cron_restart") return;
    if (key == "watch") return take_watch(type, value);
    if (key == "uid" || key == "user")
      return imported_.set(type, "user", toml_text(value.text), line);
    if (key == "gid") return imported_.set(type, "group", toml_text(value.text), line);
    if (key == "max_memory_restart") {
      const auto size = size_in(value);
      return imported_.set(type, "max_memory", size.value_or(toml_text(value.text)), line);
    }
    if (key == "autorestart") {
      if (!value.is_true()) type.settings["restart"] = "\"never\"";
      return;
    }
    if (key == "max_restarts") {
      if (const auto most = value.number(); most && *most > 0 && *most <= 100)
        imported_.set(type, "give_up",
                      fmt::format("{{ crashes = {}, within = \"1d\" }}", value.text), line);
      return;
    }
    if (key == "restart_delay" || key == "exp_backoff_restart_delay") {
      const auto wait = seconds_in(value, 0.001);
      if (!wait || *wait <= 0) return;
      const std::string base = toml_seconds(*wait);
      const std::string cap = key == "restart_delay" ? base : toml_seconds(std::max(*wait, 15.0));
      return imported_.set(type, "backoff", fmt::format("{{ base = {}, cap = {} }}", base, cap),
                           line);
    }
    tell_key(type, field);
  }

  void take_watch(ImportedType& type, const TreeNode& node) {
    std::string list;
    for (auto& name : names_in(node)) list += (list.empty() ? "" : ", ") + toml_text(name);
    if (node.is_text()) list = node.is_true() ? "\".\"" : "";
    if (!list.empty()) imported_.set(type, "watch", '[' + list + ']', node.line);
  }

  void tell_key(const ImportedType& type, const TreeField& field) {
    auto& [key, line, value] = field;
    if (key == "exec_mode") {
      if (value.text.starts_with("cluster"))
        imported_.note_of(type.name, line, std::string(cluster_note));
      return;
    }
    if (key.starts_with("env_"))
      return imported_.note_of(type.name, line,
                               key + ": only `env` is read; see `ctl config` for one place's own");
    if (key.ends_with("_file") || key == "error" || key == "output" || key == "log")
      return imported_.note_of(type.name, line, key + ": all lines go to muster's log: ctl logs");
    for (auto& row : pm2_notes)
      if (row.key == key) {
        if (value.text != "false")
          imported_.note_of(type.name, line, fmt::format("{}: {}", key, row.note));
        return;
      }
    const bool is_silent = std::find(std::begin(silent_pm2_keys), std::end(silent_pm2_keys), key) !=
                           std::end(silent_pm2_keys);
    if (!is_silent) imported_.note_of(type.name, line, key + ": it is not known here");
  }

  const ImportSource& source_;
  Imported imported_;
};

}  // namespace

Result<Imported> import_pm2(const ImportSource& source) { return Pm2File(source).convert(); }

}  // namespace muster
