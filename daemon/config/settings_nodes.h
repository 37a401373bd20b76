// The forms that a value of muster.toml may have: one reader for each kind of value, the simple
// ones in settings_nodes.cc, tables and lists in settings_tables.cc. An error says what was
// expected, and where the very value stands; the key is put before it by the caller. With those
// two, settings_file.cc and machine_app.cc the only one to include toml++, which is slow to
// compile.
#pragma once

#include <optional>

#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include "base/result.h"
#include "daemon/config/settings.h"

namespace muster {

struct Misreading {
  toml::source_region at;
  std::string message;
};
using Reading = tl::expected<void, Misreading>;

template <class... Args>
tl::unexpected<Misreading> wrong(const toml::source_region& at, fmt::format_string<Args...> text,
                                 Args&&... args) {
  return tl::unexpected(Misreading{at, fmt::format(text, std::forward<Args>(args)...)});
}

Reading read(const toml::node& node, std::string& text);
Reading read(const toml::node& node, AccountName& name);
Reading read(const toml::node& node, Signal& signal);
Reading read(const toml::node& node, FileMask& mask);
Reading read(const toml::node& node, Nanos& duration);
Reading read(const toml::node& node, Watching::Period& period);
Reading read(const toml::node& node, Niceness& nice);
Reading read(const toml::node& node, OomScore& score);
Reading read(const toml::node& node, Quotas::Tasks& tasks);
Reading read(const toml::node& node, Quotas::Bytes& memory);
Reading read(const toml::node& node, Quotas::CorePercents& cpu);
Reading read(const toml::node& node, LineRate& rate);
Reading read(const toml::node& node, ResourceLimit& limit);
Reading read(const toml::node& node, bool& value);
Reading read(const toml::node& node, Audience& audience);
Reading read(const toml::node& node, Restart& restart);
Reading read(const toml::node& node, Readiness& readiness);
Reading read(const toml::node& node, RollWidth& width);
Reading read(const toml::node& node, Schedule& schedule);
Reading read(const toml::node& node, ListenAddress& address);

Reading read(const toml::node& node, Environment& env);
Reading read(const toml::node& node, std::vector<int32_t>& statuses);
Reading read(const toml::node& node, Backoff& backoff);
Reading read(const toml::node& node, GiveUp& limit);
Reading read(const toml::node& node, HealthCheck& check);
Reading read(const toml::node& node, std::vector<Need>& needs);
Reading read(const toml::node& node, Watching::Sources& sources);
Reading read(const toml::node& node, CrashCommand& command);
// The table [remote].
Reading read_remote(const toml::table& table, std::optional<ListenAddress>& listen);

template <class T>
Reading read(const toml::node& node, std::optional<T>& value) {
  T read_value{};
  if (Reading done = read(node, read_value); !done) return done;
  value = std::move(read_value);
  return {};
}

// For the readers of tables: the text of a node, and a whole number within bounds.
tl::expected<std::string, Misreading> text_of(const toml::node& node);
tl::expected<int64_t, Misreading> number_of(const toml::node& node, int64_t lowest,
                                            int64_t highest);

}  // namespace muster
