// See settings_nodes.h.
#include "daemon/config/settings_nodes.h"

#include <algorithm>
#include <cmath>

#include "daemon/config/env_file.h"
#include "daemon/config/listen_address.h"
#include "daemon/config/needs.h"
#include "daemon/config/settings_values.h"
#include "proto/limits.h"

namespace muster {
namespace {

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

template <class T>
Result<> read_number(const toml::node& node, int64_t lowest, int64_t highest, T& value) {
  auto* number = node.as_integer();
  if (!number || number->get() < lowest || number->get() > highest)
    return fail("must be a whole number from {} to {}", lowest, highest);
  value = static_cast<T>(number->get());
  return {};
}

// A field of a small table; `expect_fields` names all that there may be.
template <class T>
Result<> read_field(const toml::table& table, std::string_view name, T& place) {
  auto* node = table.get(name);
  if (!node) return {};
  if (Result<> done = read(*node, place); !done) return within(done.error(), "{}", name);
  return {};
}

Result<> expect_fields(const toml::table& table, const std::vector<std::string_view>& known) {
  for (auto& [name, node] : table)
    if (std::find(known.begin(), known.end(), name.str()) == known.end())
      return fail("unknown field '{}'; there are {}", name.str(), fmt::join(known, ", "));
  return {};
}

}  // namespace

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
  if (!node.is_string())
    return fail("must be a whole number of seconds, or a duration such as \"500ms\" or \"1m30s\"");
  return set(duration, node, parse_duration);
}

Result<> read(const toml::node& node, Watching::Period& period) {
  if (Result<> done = read(node, period.length); !done) return done;
  if (period.length < Watching::Period::shortest) return fail("must be a second at least");
  return {};
}

Result<> read(const toml::node& node, Niceness& nice) {
  return read_number(node, -20, 19, nice.value);
}

Result<> read(const toml::node& node, OomScore& score) {
  return read_number(node, -1000, 1000, score.value);
}

Result<> read(const toml::node& node, Quotas::Tasks& tasks) {
  constexpr int64_t most = 4 << 20;  // the kernel has no more pids
  return read_number(node, 1, most, tasks.count);
}

Result<> read(const toml::node& node, Quotas::Bytes& memory) {
  ResourceLimit limit;
  if (Result<> done = read(node, limit); !done) return done;
  if (limit.value == 0 || limit.value > INT64_MAX) return fail("must be a size such as \"512M\"");
  memory.count = limit.value;
  return {};
}

// 1.5 is one processor and the half of another one.
Result<> read(const toml::node& node, Quotas::CorePercents& cpu) {
  constexpr double least = 0.01, most = 10'000;
  const auto cores = node.value<double>();
  if (!cores || !(*cores >= least && *cores <= most))
    return fail("must be a number of processors such as 0.5 or 2");
  cpu.count = static_cast<uint32_t>(std::lround(*cores * 100));
  return {};
}

Result<> read(const toml::node& node, LineRate& rate) {
  auto* number = node.as_integer();
  if (!number || number->get() < 1 || number->get() > LineRate::highest)
    return fail("must be a whole number of lines a second, from 1 to {}", LineRate::highest);
  rate.lines = static_cast<uint32_t>(number->get());
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
    if (variable == "PORT")
      return fail("PORT is given by muster; the first one is set by musterd -p, or PORT in .env");
    auto text = text_of(value);
    if (!text) return within(text.error(), "{}", variable);
    set_variable(env, variable, *text);
  }
  return {};
}

Result<> read(const toml::node& node, bool& value) {
  auto* written = node.as_boolean();
  if (!written) return fail("must be true or false");
  value = written->get();
  return {};
}

Result<> read(const toml::node& node, Audience& audience) {
  return set(audience, node, parse_audience);
}

Result<> read(const toml::node& node, Restart& restart) {
  return set(restart, node, parse_restart);
}

Result<> read(const toml::node& node, Readiness& readiness) {
  return set(readiness, node, parse_readiness);
}

Result<> read(const toml::node& node, std::vector<int32_t>& statuses) {
  constexpr int64_t highest = 255;
  auto* list = node.as_array();
  if (!list) return fail("must be a list of exit statuses");
  statuses.clear();
  for (auto& element : *list) {
    auto* status = element.as_integer();
    if (!status || status->get() < 0 || status->get() > highest)
      return fail("must be a list of exit statuses, 0 to {}", highest);
    statuses.push_back(static_cast<int32_t>(status->get()));
  }
  return {};
}

Result<> read(const toml::node& node, uint32_t& crashes) {
  return read_number(node, 1, GiveUp::most_crashes, crashes);
}

Result<> read(const toml::node& node, Backoff& backoff) {
  auto* table = node.as_table();
  if (!table) return set(backoff, node, parse_backoff);
  if (Result<> known = expect_fields(*table, {"base", "cap"}); !known) return known;
  if (Result<> base = read_field(*table, "base", backoff.base); !base) return base;
  if (Result<> cap = read_field(*table, "cap", backoff.cap); !cap) return cap;
  if (backoff.base < 1ms || backoff.cap < backoff.base)
    return fail("needs a base of 1ms at least and a cap that is not below it");
  return {};
}

Result<> read(const toml::node& node, GiveUp& limit) {
  auto* table = node.as_table();
  if (!table || !table->contains("crashes"))
    return fail("must be a table such as {{ crashes = 5, within = \"10m\" }}");
  if (Result<> known = expect_fields(*table, {"crashes", "within"}); !known) return known;
  if (Result<> crashes = read_field(*table, "crashes", limit.crashes); !crashes) return crashes;
  return read_field(*table, "within", limit.within);
}

// The check alone, or a table with it.
Result<> read(const toml::node& node, HealthCheck& check) {
  using enum Readiness::Kind;
  auto* table = node.as_table();
  if (table && !table->contains("check"))
    return fail(
        "must be a check, or a table such as {{ check = \"http:/health\", every = \"10s\" }}");
  if (Result<> by = read(table ? *table->get("check") : node, check.by); !by) return by;
  if (check.by.kind != port && check.by.kind != exec && check.by.kind != http)
    return fail("'{}' is none of \"port\", \"exec:COMMAND\" and \"http:/PATH\"",
                name_of(check.by.kind));
  if (!table) return {};
  if (Result<> known = expect_fields(*table, {"check", "every", "timeout", "failures"}); !known)
    return known;
  if (Result<> every = read_field(*table, "every", check.every); !every) return every;
  if (Result<> timeout = read_field(*table, "timeout", check.timeout); !timeout) return timeout;
  if (check.every < 100ms || check.timeout < 100ms)
    return fail("every and timeout must be 100ms at least");
  auto* failures = table->get("failures");
  return failures ? read_number(*failures, 1, HealthCheck::most_failures, check.failures)
                  : Result<>();
}

Result<> read(const toml::node& node, RollWidth& width) {
  return read_number(node, 1, limits::processes, width.processes);
}

Result<> read(const toml::node& node, Schedule& schedule) {
  return set(schedule, node, Schedule::parse);
}

Result<> read(const toml::node& node, ListenAddress& address) {
  return set(address, node, parse_listen_address);
}

Result<> read(const toml::node& node, std::vector<Need>& needs) {
  auto* list = node.as_array();
  if (!list) return fail("must be a list such as [\"db\", \"migrate:completed\"]");
  needs.clear();
  for (auto& element : *list) {
    Need need;
    if (Result<> done = set(need, element, parse_need); !done) return done;
    needs.push_back(std::move(need));
  }
  return {};
}

}  // namespace muster
