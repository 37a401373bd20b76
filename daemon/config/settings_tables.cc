// See settings_nodes.h. Here: values that are made of others. Each error stands where the part of
// it stands that is wrong, on whatever line of the table that is.
#include <fmt/format.h>
#include <algorithm>

#include "daemon/config/env_file.h"
#include "daemon/config/needs.h"
#include "daemon/config/settings_nodes.h"
#include "daemon/config/settings_values.h"
#include "proto/limits.h"

namespace muster {
namespace {

Reading named(std::string_view name, Reading done) {
  if (done) return done;
  return wrong(done.error().at, "{}: {}", name, done.error().message);
}

// A field of a small table; `expect_fields` names all that there may be.
template <class T>
Reading read_field(const toml::table& table, std::string_view name, T& place) {
  auto* node = table.get(name);
  return node ? named(name, read(*node, place)) : Reading();
}

Reading read_count(const toml::table& table, std::string_view name, uint32_t most,
                   uint32_t& place) {
  auto* node = table.get(name);
  if (!node) return {};
  const auto number = number_of(*node, 1, most);
  if (!number) return named(name, tl::unexpected(number.error()));
  place = static_cast<uint32_t>(*number);
  return {};
}

Reading expect_fields(const toml::table& table, const std::vector<std::string_view>& known) {
  for (auto& [name, node] : table)
    if (std::find(known.begin(), known.end(), name.str()) == known.end())
      return wrong(name.source(), "unknown field '{}'; there are {}", name.str(),
                   fmt::join(known, ", "));
  return {};
}

// Where a field stands, or the table if it lacks it.
const toml::source_region& place_of(const toml::table& table, std::string_view name) {
  auto* node = table.get(name);
  return node ? node->source() : table.source();
}

}  // namespace

Reading read(const toml::node& node, Environment& env) {
  auto* table = node.as_table();
  if (!table)
    return wrong(node.source(), "must be a table of variables, such as {{ QUEUE = \"urgent\" }}");
  if (table->size() > limits::variables)
    return wrong(node.source(), "has more than {} variables", limits::variables);
  for (auto& [name, value] : *table) {
    const std::string_view variable = name.str();
    if (variable.empty() || variable.find_first_of(std::string_view("=\0", 2)) != variable.npos)
      return wrong(name.source(), "'{}' cannot be the name of a variable", variable);
    if (variable == "PORT")
      return wrong(name.source(),
                   "PORT is given by muster; the first one is set by musterd -p, or PORT in .env");
    auto text = text_of(value);
    if (!text) return named(variable, tl::unexpected(text.error()));
    set_variable(env, variable, *text);
  }
  return {};
}

Reading read(const toml::node& node, std::vector<int32_t>& statuses) {
  constexpr int64_t highest = 255;
  auto* list = node.as_array();
  if (!list) return wrong(node.source(), "must be a list of exit statuses, such as [0, 3]");
  statuses.clear();
  for (auto& element : *list) {
    auto* status = element.as_integer();
    if (!status || status->get() < 0 || status->get() > highest)
      return wrong(element.source(), "must be a list of exit statuses, 0 to {}", highest);
    statuses.push_back(static_cast<int32_t>(status->get()));
  }
  std::sort(statuses.begin(), statuses.end());
  statuses.erase(std::unique(statuses.begin(), statuses.end()), statuses.end());
  return {};
}

Reading read(const toml::node& node, Backoff& backoff) {
  auto* table = node.as_table();
  if (!table) {
    auto text = text_of(node);
    if (!text)
      return wrong(node.source(),
                   "must be \"heroku\", or a table such as {{ base = \"10s\", cap = \"10m\" }}");
    auto preset = parse_backoff(*text);
    if (!preset) return wrong(node.source(), "{}", preset.message());
    backoff = *preset;
    return {};
  }
  if (Reading known = expect_fields(*table, {"base", "cap"}); !known) return known;
  if (Reading base = read_field(*table, "base", backoff.base); !base) return base;
  if (Reading cap = read_field(*table, "cap", backoff.cap); !cap) return cap;
  const bool base_is_wrong = backoff.base < 1ms;
  if (base_is_wrong || backoff.cap < backoff.base)
    return wrong(place_of(*table, base_is_wrong || !table->contains("cap") ? "base" : "cap"),
                 "needs a base of 1ms at least and a cap that is not below it");
  return {};
}

Reading read(const toml::node& node, GiveUp& limit) {
  auto* table = node.as_table();
  if (!table || !table->contains("crashes"))
    return wrong(node.source(), "must be a table such as {{ crashes = 5, within = \"10m\" }}");
  if (Reading known = expect_fields(*table, {"crashes", "within"}); !known) return known;
  if (Reading done = read_count(*table, "crashes", GiveUp::most_crashes, limit.crashes); !done)
    return done;
  if (Reading done = read_field(*table, "within", limit.within); !done) return done;
  if (limit.within <= Nanos(0))
    return wrong(place_of(*table, "within"), "within: must be longer than 0");
  return {};
}

// The check alone, or a table with it.
Reading read(const toml::node& node, HealthCheck& check) {
  using enum Readiness::Kind;
  auto* table = node.as_table();
  if (!node.is_string() && (!table || !table->contains("check")))
    return wrong(
        node.source(),
        "must be a check, or a table such as {{ check = \"http:/health\", every = \"10s\" }}");
  const toml::node& asked = table ? *table->get("check") : node;
  auto text = text_of(asked);
  if (!text) return named("check", tl::unexpected(text.error()));
  auto by = parse_readiness(*text);
  if (!by && (text->starts_with("exec:") || text->starts_with("http:")))
    return wrong(asked.source(), "{}", by.message());
  if (!by || (by->kind != port && by->kind != exec && by->kind != http))
    return wrong(asked.source(), "'{}' is none of \"port\", \"exec:COMMAND\" and \"http:/PATH\"",
                 *text);
  check.by = *by;
  if (!table) return {};
  if (Reading known = expect_fields(*table, {"check", "every", "timeout", "failures"}); !known)
    return known;
  if (Reading every = read_field(*table, "every", check.every); !every) return every;
  if (Reading timeout = read_field(*table, "timeout", check.timeout); !timeout) return timeout;
  for (auto& [name, length] : {std::pair("every", check.every), {"timeout", check.timeout}})
    if (length < 100ms)
      return wrong(place_of(*table, name), "every and timeout must be 100ms at least");
  return read_count(*table, "failures", HealthCheck::most_failures, check.failures);
}

Reading read(const toml::node& node, std::vector<Need>& needs) {
  auto* list = node.as_array();
  if (!list) return wrong(node.source(), "must be a list such as [\"db\", \"migrate:completed\"]");
  needs.clear();
  for (auto& element : *list) {
    auto text = text_of(element);
    if (!text) return tl::unexpected(text.error());
    auto need = parse_need(*text);
    if (!need) return wrong(element.source(), "{}", need.message());
    if (std::find(needs.begin(), needs.end(), *need) == needs.end())
      needs.push_back(std::move(*need));
  }
  return {};
}

Reading read(const toml::node& node, CrashCommand& command) {
  auto text = text_of(node);
  if (!text) return tl::unexpected(text.error());
  if (text->find('\0') != text->npos) return wrong(node.source(), "a command has no NUL");
  command.command = std::move(*text);
  return {};
}

// Patterns are for .gitignore: of a directory all is watched that git does not leave alone.
Reading read(const toml::node& node, Watching::Sources& sources) {
  auto* list = node.as_array();
  if (!list || list->empty() || list->size() > Watching::Sources::most_paths)
    return wrong(node.source(), "must be a list of directories and files, such as [\"src\"]");
  for (auto& element : *list) {
    auto text = text_of(element);
    if (!text) return tl::unexpected(text.error());
    if (text->find_first_of("*?[") != text->npos)
      return wrong(element.source(),
                   "'{}' is a pattern: name a directory, of which all is watched that git does "
                   "not ignore",
                   *text);
    if (text->empty()) return wrong(element.source(), "an empty text is no path");
    sources.paths.push_back(std::move(*text));
  }
  return {};
}

}  // namespace muster
