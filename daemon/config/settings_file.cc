// See settings_file.h. Here: the tables of the file, and where in it each complaint belongs.
#include "daemon/config/settings_file.h"

#include <fmt/format.h>
#include <algorithm>

#include "base/nearest.h"
#include "daemon/config/settings_checks.h"
#include "daemon/config/settings_keys.h"
#include "daemon/config/settings_nodes.h"
#include "daemon/config/toml_bounds.h"

namespace muster {
namespace {

// The size that the defaults may come to in all the types that have a copy of them.
constexpr size_t most_bytes_of_defaults = 64 << 20;

size_t bytes_of(const Settings& settings) {
  size_t bytes = 0;
  for (auto& [name, value] : settings.env)
    bytes += name.size() + value.size() + 2 * sizeof(std::string);
  for (auto& need : settings.needs) bytes += need.type.size() + sizeof(Need);
  if (settings.booting.ready) bytes += settings.booting.ready->what.size();
  if (settings.watching.health) bytes += settings.watching.health->by.what.size();
  return bytes + settings.surroundings.directory.size();
}

class SettingsReader {
 public:
  SettingsReader(const std::string& file, AppModel& model) : file_(file), model_(model) {}

  void take(const toml::table& file) {
    if (auto* defaults = file.get_as<toml::table>(defaults_table))
      take_keys(*defaults, model_.defaults);
    if (bytes_of(model_.defaults) * model_.types.size() > most_bytes_of_defaults) {
      complain(file.get(defaults_table)->source(),
               fmt::format("[{}] is too large for {} types", defaults_table, model_.types.size()));
      model_.defaults = {};
    }
    model_.one_offs = model_.defaults;
    if (auto* one_offs = file.get_as<toml::table>(one_offs_table))
      take_keys(*one_offs, model_.one_offs);
    for (auto& type : model_.types) {
      type.settings = model_.defaults;
      std::erase_if(type.settings.needs, [&](auto& need) { return need.type == type.name; });
    }
    for (auto& [name, node] : file) take_table(name, node);
    check_settings(file, model_,
                   {[this](auto& at, std::string message) { complain(at, std::move(message)); },
                    [this](auto& at, std::string message) {
                      add_complaint(found_.warnings, {file_, at.begin.line, std::move(message)});
                    }});
  }

  void complain(const toml::source_region& at, std::string message) {
    complain(at.begin.line, std::move(message));
  }
  void complain(uint32_t line, std::string message) {
    add_complaint(found_.errors, {file_, line, std::move(message)});
  }

  SettingsComplaints found() && {
    for (auto* complaints : {&found_.errors, &found_.warnings})
      std::stable_sort(complaints->begin(), complaints->end(),
                       [](auto& a, auto& b) { return a.line < b.line; });
    return std::move(found_);
  }

 private:
  // Another thousand of them would be of no help.
  bool is_enough() const { return found_.errors.size() > most_complaints; }

  void take_table(const toml::key& key, const toml::node& node) {
    if (is_enough()) return;
    const std::string_view name = key.str();
    ProcessType* type = find_type(name);
    const bool has_a_table =
        type || name == defaults_table || name == one_offs_table || name == remote_table;
    if (node.is_array_of_tables())
      complain(key.source(), fmt::format("[[{}]] is a list of tables: write [{}]", name, name));
    else if (!node.is_table() && has_a_table)
      complain(
          key.source(),
          fmt::format("'{}' is to be a table: write [{}], and its keys below that", name, name));
    else if (!node.is_table())
      complain(key.source(), fmt::format("'{}' stands outside of a table: put it below [{}] or "
                                         "below a process type's, as [web]",
                                         name, defaults_table));
    else if (type)
      take_keys(*node.as_table(), type->settings);
    else if (name == remote_table)
      take_remote(*node.as_table());
    else if (!has_a_table)
      complain(key.source(), unknown_type(name));
  }

  ProcessType* find_type(std::string_view name) {
    for (auto& type : model_.types)
      if (type.name == name && name != defaults_table) return &type;
    return nullptr;
  }

  void take_keys(const toml::table& table, Settings& settings) {
    for (auto& [name, node] : table) {
      if (is_enough()) return;
      bool known = false;
      for_each_key(
          [&, &name = name, &node = node](Key key, auto& value) {
            if (key.name != name.str()) return;
            known = true;
            if (Reading done = read(node, value); !done)
              complain(done.error().at, fmt::format("{}: {}", key.name, done.error().message));
          },
          settings);
      if (!known) complain(name.source(), unknown_key(name.str()));
    }
  }

  void take_remote(const toml::table& table) {
    if (Reading done = read_remote(table, model_.remote); !done)
      complain(done.error().at, done.error().message);
  }

  static std::string unknown_key(std::string_view name) {
    std::vector<std::string_view> keys;
    Settings any;
    for_each_key([&](Key key, auto&) { keys.push_back(key.name); }, any);
    if (auto meant = nearest(name, keys))
      return fmt::format("unknown key '{}', did you mean '{}'?", name, *meant);
    return fmt::format("unknown key '{}'; there are {}", name, fmt::join(keys, ", "));
  }

  std::string unknown_type(std::string_view name) const {
    std::vector<std::string_view> names{defaults_table, one_offs_table, remote_table};
    for (auto& type : model_.types) names.push_back(type.name);
    if (auto meant = nearest(name, names))
      return fmt::format("the Procfile has no type '{}', did you mean '{}'?", name, *meant);
    return fmt::format("the Procfile has no type '{}'", name);
  }

  const std::string& file_;
  AppModel& model_;
  SettingsComplaints found_;
};

}  // namespace

SettingsComplaints take_settings(std::string_view text, const std::string& file, AppModel& model) {
  SettingsReader reader(file, model);
  if (auto problem = beyond_bounds(text)) {
    reader.complain(problem->line, std::move(problem->message));
    return std::move(reader).found();
  }
  auto parsed = toml::parse(text);
  if (parsed) {
    reader.take(parsed.table());
  } else {
    const auto& at = parsed.error().source();
    auto better = lack_of_quotes(text, at.begin.line);
    reader.complain(at, better.value_or(std::string(parsed.error().description())));
  }
  return std::move(reader).found();
}

}  // namespace muster
