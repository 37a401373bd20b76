// See schema.h. Here: a schema per type of value; a new type does not compile without one.
#include "ctl/printers/schema.h"

#include <fmt/format.h>
#include <optional>
#include <utility>

#include "base/json.h"
#include "daemon/config/settings_keys.h"
#include "proto/limits.h"

namespace muster {
namespace {

Json schema_text() { return {{"type", "string"}}; }
Json schema_number(int64_t least, int64_t most) {
  return {{"type", "integer"}, {"minimum", least}, {"maximum", most}};
}
Json schema_words(std::initializer_list<const char*> words) {
  Json list = Json::array();
  for (auto* word : words) list.push_back(word);
  return {{"enum", list}};
}
Json schema_either(std::initializer_list<Json> schemas) {
  return {{"anyOf", Json(std::vector<Json>(schemas))}};
}
Json schema_list(Json items) { return {{"type", "array"}, {"items", std::move(items)}}; }
Json schema_table(Json properties, std::initializer_list<const char*> required = {}) {
  Json made = {
      {"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  for (auto* name : required) made["required"].push_back(name);
  return made;
}
Json schema_duration() {
  return schema_either({{{"type", "integer"}, {"minimum", 0}},
                        {{"type", "string"}, {"pattern", "^([0-9]+(ms|s|m|h|d))+$"}}});
}
Json schema_size() {
  return schema_either({{{"type", "integer"}, {"minimum", 0}},
                        {{"type", "string"}, {"pattern", "^([0-9]+[KMGT]?|unlimited)$"}}});
}

// By type of the value, which is optional or not.
Json schema_of(const Nanos&) { return schema_duration(); }
Json schema_of(const Watching::Period&) { return schema_duration(); }
Json schema_of(const ResourceLimit&) { return schema_size(); }
Json schema_of(const Quotas::Bytes&) { return schema_size(); }
Json schema_of(const Quotas::CorePercents&) { return {{"type", "number"}, {"minimum", 0.01}}; }
Json schema_of(const Quotas::Tasks&) { return schema_number(1, 4 << 20); }
Json schema_of(const Schedule&) { return schema_text(); }
Json schema_of(const std::string&) { return schema_text(); }
Json schema_of(const AccountName&) { return schema_text(); }
Json schema_of(const Signal&) { return schema_text(); }
Json schema_of(const Readiness&) { return schema_text(); }
Json schema_of(const ListenAddress&) { return schema_text(); }
Json schema_of(const bool&) { return {{"type", "boolean"}}; }
Json schema_of(const Niceness&) { return schema_number(-20, 19); }
Json schema_of(const OomScore&) { return schema_number(-1000, 1000); }
Json schema_of(const LineRate&) { return schema_number(1, LineRate::highest); }
Json schema_of(const RollWidth&) { return schema_number(1, limits::processes); }
Json schema_of(const Audience&) { return schema_words({"leader", "tree"}); }
Json schema_of(const Restart&) { return schema_words({"always", "on-failure", "never"}); }
Json schema_of(const FileMask&) { return {{"type", "string"}, {"pattern", "^[0-7]{1,4}$"}}; }
Json schema_of(const std::vector<int32_t>&) { return schema_list(schema_number(0, 255)); }
Json schema_of(const std::vector<Need>&) { return schema_list(schema_text()); }
Json schema_of(const Watching::Sources&) { return schema_list(schema_text()); }
Json schema_of(const CrashCommand&) { return schema_text(); }
Json schema_of(const Environment&) {
  return {{"type", "object"}, {"additionalProperties", schema_text()}};
}
Json schema_of(const Backoff&) {
  return schema_either({schema_words({"heroku"}),
                        schema_table({{"base", schema_duration()}, {"cap", schema_duration()}})});
}
Json schema_of(const GiveUp&) {
  return schema_table(
      {{"crashes", schema_number(1, GiveUp::most_crashes)}, {"within", schema_duration()}},
      {"crashes"});
}
Json schema_of(const HealthCheck&) {
  const Json count = schema_number(1, HealthCheck::most_failures);
  return schema_either({schema_text(), schema_table({{"check", schema_text()},
                                                     {"every", schema_duration()},
                                                     {"timeout", schema_duration()},
                                                     {"failures", count}},
                                                    {"check"})});
}
template <class T>
Json schema_of(const std::optional<T>&) {
  return schema_of(T());
}

}  // namespace

std::string schema_of_settings() {
  Json keys = Json::object();
  Settings any;
  for_each_key(
      [&](Key key, auto& value) {
        Json made = schema_of(value);
        made["description"] = fmt::format("docs/muster.toml.md#{}", key.name);
        keys[std::string(key.name)] = made;
      },
      any);
  const Json remote =
      schema_table({{"listen", schema_text()}, {"anywhere", {{"type", "boolean"}}}}, {"listen"});
  const Json table = {{"type", "object"}, {"properties", keys}, {"additionalProperties", false}};
  return text_of({{"$schema", "http://json-schema.org/draft-07/schema#"},
                  {"title", "muster.toml: settings beside a Procfile"},
                  {"type", "object"},
                  {"properties",
                   {{"app",
                     {{"$ref", "#/definitions/settings"},
                      {"description", "What holds for every type"}}},
                    {"run",
                     {{"$ref", "#/definitions/settings"},
                      {"description", "What holds for one-off commands"}}},
                    {"remote", schema_either({remote, {{"$ref", "#/definitions/settings"}}})}}},
                  {"additionalProperties", {{"$ref", "#/definitions/settings"}}},
                  {"definitions", {{"settings", table}}}},
                 2) +
         '\n';
}

}  // namespace muster
