// See settings_file.h. The only file that includes toml++, which is slow to compile.
#include "daemon/config/settings_file.h"

#include <algorithm>

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include "base/nearest.h"
#include "base/result.h"
#include "daemon/config/env_file.h"
#include "daemon/config/settings_values.h"

namespace muster {
namespace {

constexpr std::string_view defaults_table = "app";

// ---- values: each reader takes what its kind of value may be written as

Result<std::string> text_of(const toml::node& node) {
  auto* text = node.as_string();
  if (!text) return fail("must be a text in quotes");
  if (text->get().find('\0') != std::string::npos) return fail("holds a NUL byte");
  return text->get();
}

template <class T>
Result<> set(T& place, Result<T> value) {
  if (!value) return tl::unexpected(value.error());
  place = std::move(*value);
  return {};
}

template <class T>
Result<> set(T& place, const toml::node& node, Result<T> (*parse)(std::string_view)) {
  auto text = text_of(node);
  if (!text) return tl::unexpected(text.error());
  return set(place, parse(*text));
}

Result<> read(const toml::node& node, std::string& text) {
  auto read = text_of(node);
  if (read && read->empty()) return fail("is empty");
  return set(text, std::move(read));
}

Result<> read(const toml::node& node, Signal& signal) { return set(signal, node, parse_signal); }

Result<> read(const toml::node& node, FileMask& mask) { return set(mask, node, parse_mask); }

// A bare number is one of seconds.
Result<> read(const toml::node& node, Nanos& duration) {
  if (auto* seconds = node.as_integer(); seconds && seconds->get() >= 0)
    return set(duration, parse_duration(std::to_string(seconds->get()) + "s"));
  return set(duration, node, parse_duration);
}

Result<> read(const toml::node& node, Niceness& nice) {
  constexpr int64_t lowest = -20, highest = 19;
  auto* number = node.as_integer();
  if (!number || number->get() < lowest || number->get() > highest)
    return fail("must be a whole number from {} to {}", lowest, highest);
  nice.value = static_cast<int>(number->get());
  return {};
}

Result<> read(const toml::node& node, ResourceLimit& limit) {
  if (auto* number = node.as_integer())
    return set(limit, parse_limit(std::to_string(number->get())));
  return set(limit, node, parse_limit);
}

Result<> read(const toml::node& node, Environment& env) {
  auto* table = node.as_table();
  if (!table) return fail("must be a table of variables");
  for (auto& [name, value] : *table) {
    const std::string_view variable = name.str();
    if (variable.empty() || variable.find_first_of(std::string_view("=\0", 2)) != variable.npos)
      return fail("'{}' cannot be the name of a variable", variable);
    auto text = text_of(value);
    if (!text) return within(text.error(), "{}", variable);
    set_variable(env, variable, *text);
  }
  return {};
}

template <class T>
Result<> read(const toml::node& node, std::optional<T>& value) {
  T read_value{};
  if (Result<> done = read(node, read_value); !done) return done;
  value = std::move(read_value);
  return {};
}

// ---- tables

class SettingsReader {
 public:
  SettingsReader(const std::string& file, AppModel& model) : file_(file), model_(model) {}

  void take(const toml::table& file) {
    if (auto* defaults = file.get_as<toml::table>(defaults_table))
      take_keys(*defaults, model_.defaults);
    for (auto& type : model_.types) type.settings = model_.defaults;
    for (auto& [name, node] : file) {
      if (!node.is_table())
        complain(name.source(), fmt::format("'{}' stands outside of a table: put it below [{}] or "
                                            "below a process type's, as [web]",
                                            name.str(), defaults_table));
      else if (auto type = find_type(name.str()))
        take_keys(*node.as_table(), type->settings);
      else if (name.str() != defaults_table)
        complain(name.source(), unknown_type(name.str()));
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
    std::vector<std::string_view> names{defaults_table};
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
