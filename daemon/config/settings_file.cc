// See settings_file.h. Here: the tables of the file, and where in it each complaint belongs.
#include "daemon/config/settings_file.h"

#include <algorithm>

#include "base/nearest.h"
#include "base/result.h"
#include "daemon/config/needs.h"
#include "daemon/config/settings_keys.h"
#include "daemon/config/settings_nodes.h"

namespace muster {
namespace {

constexpr std::string_view defaults_table = "app", one_offs_table = "run";

class SettingsReader {
 public:
  SettingsReader(const std::string& file, AppModel& model) : file_(file), model_(model) {}

  void take(const toml::table& file) {
    if (auto* defaults = file.get_as<toml::table>(defaults_table))
      take_keys(*defaults, model_.defaults);
    model_.one_offs = model_.defaults;
    if (auto* one_offs = file.get_as<toml::table>(one_offs_table))
      take_keys(*one_offs, model_.one_offs);
    for (auto& type : model_.types) {
      type.settings = model_.defaults;
      std::erase_if(type.settings.needs, [&](auto& need) { return need.type == type.name; });
    }
    for (auto& [name, node] : file) {
      if (!node.is_table())
        complain(name.source(), fmt::format("'{}' stands outside of a table: put it below [{}] or "
                                            "below a process type's, as [web]",
                                            name.str(), defaults_table));
      else if (auto type = find_type(name.str()))
        take_keys(*node.as_table(), type->settings);
      else if (name.str() != defaults_table && name.str() != one_offs_table)
        complain(name.source(), unknown_type(name.str()));
    }
    expect_own_addresses(file);
    for (auto& [type, message] : settle_needs(model_)) {
      const auto own = file.at_path(type + ".needs");
      const auto& at = own ? *own.node() : *file.at_path("app.needs").node();
      const std::string text = "needs: " + message;
      const auto same = [&](auto& error) { return error.message == text; };
      if (own || std::none_of(errors_.begin(), errors_.end(), same)) complain(at.source(), text);
    }
  }
  void complain(const toml::source_region& at, std::string message) {
    errors_.push_back({file_, at.begin.line, std::move(message)});
  }
  std::vector<Complaint> errors() && {
    std::stable_sort(errors_.begin(), errors_.end(),
                     [](auto& a, auto& b) { return a.line < b.line; });
    return std::move(errors_);
  }

 private:
  ProcessType* find_type(std::string_view name) {
    for (auto& type : model_.types)
      if (type.name == name && name != defaults_table) return &type;
    return nullptr;
  }

  // A socket is one type's: its processes share it.
  void expect_own_addresses(const toml::table& file) {
    for (size_t i = 0; i < model_.types.size(); ++i) {
      auto& type = model_.types[i];
      const auto other = std::find_if(
          model_.types.begin(), model_.types.begin() + static_cast<ptrdiff_t>(i),
          [&](auto& earlier) {
            return type.settings.listen && earlier.settings.listen == type.settings.listen;
          });
      if (other == model_.types.begin() + static_cast<ptrdiff_t>(i)) continue;
      const auto own = file.at_path(type.name + ".listen");
      complain(
          (own ? *own.node() : *file.at_path("app.listen").node()).source(),
          fmt::format("listen: {} and {} cannot have the same address", other->name, type.name));
    }
  }

  void take_keys(const toml::table& table, Settings& settings) {
    for (auto& [name, node] : table) {
      bool known = false;
      for_each_key(
          [&, &name = name, &node = node](Key key, auto& value) {
            if (key.name != name.str()) return;
            known = true;
            if (Result<> done = read(node, value); !done)
              complain(name.source(), fmt::format("{}: {}", key.name, done.message()));
          },
          settings);
      if (!known) complain(name.source(), unknown_key(name.str()));
    }
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
    std::vector<std::string_view> names{defaults_table, one_offs_table};
    for (auto& type : model_.types) names.push_back(type.name);
    if (auto meant = nearest(name, names))
      return fmt::format("the Procfile has no type '{}', did you mean '{}'?", name, *meant);
    return fmt::format("the Procfile has no type '{}'", name);
  }

  const std::string& file_;
  AppModel& model_;
  std::vector<Complaint> errors_;
};

}  // namespace

std::vector<Complaint> take_settings(std::string_view text, const std::string& file,
                                     AppModel& model) {
  SettingsReader reader(file, model);
  if (auto parsed = toml::parse(text); parsed)
    reader.take(parsed.table());
  else
    reader.complain(parsed.error().source(), std::string(parsed.error().description()));
  return std::move(reader).errors();
}

}  // namespace muster
