// What a value of muster.toml may be written as: one reader for each kind of value. An error says
// what was expected, and is put behind the key by the caller. With settings_file.cc the only one to
// include toml++, which is slow to compile.
#pragma once

#include <optional>

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include "base/result.h"
#include "daemon/config/settings.h"

namespace muster {

Result<> read(const toml::node& node, std::string& text);
Result<> read(const toml::node& node, Signal& signal);
Result<> read(const toml::node& node, FileMask& mask);
Result<> read(const toml::node& node, Nanos& duration);
Result<> read(const toml::node& node, Watching::Period& period);
Result<> read(const toml::node& node, Niceness& nice);
Result<> read(const toml::node& node, OomScore& score);
Result<> read(const toml::node& node, Quotas::Tasks& tasks);
Result<> read(const toml::node& node, Quotas::Bytes& memory);
Result<> read(const toml::node& node, Quotas::CorePercents& cpu);
Result<> read(const toml::node& node, LineRate& rate);
Result<> read(const toml::node& node, ResourceLimit& limit);
Result<> read(const toml::node& node, Environment& env);
Result<> read(const toml::node& node, bool& value);
Result<> read(const toml::node& node, Audience& audience);
Result<> read(const toml::node& node, Restart& restart);
Result<> read(const toml::node& node, Readiness& readiness);
Result<> read(const toml::node& node, std::vector<int32_t>& statuses);
Result<> read(const toml::node& node, uint32_t& crashes);
Result<> read(const toml::node& node, Backoff& backoff);
Result<> read(const toml::node& node, GiveUp& limit);
Result<> read(const toml::node& node, HealthCheck& check);
Result<> read(const toml::node& node, RollWidth& width);
Result<> read(const toml::node& node, Schedule& schedule);
Result<> read(const toml::node& node, std::vector<Need>& needs);
Result<> read(const toml::node& node, ListenAddress& address);

template <class T>
Result<> read(const toml::node& node, std::optional<T>& value) {
  T read_value{};
  if (Result<> done = read(node, read_value); !done) return done;
  value = std::move(read_value);
  return {};
}

}  // namespace muster
