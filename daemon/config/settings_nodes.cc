// See settings_nodes.h. Here: texts, numbers and truths.
#include "daemon/config/settings_nodes.h"

#include <cmath>

#include "daemon/config/listen_address.h"
#include "daemon/config/settings_values.h"
#include "proto/limits.h"

namespace muster {
namespace {

template <class T>
Reading set(T& place, const toml::node& node, Result<T> value) {
  if (!value) return wrong(node.source(), "{}", value.message());
  place = std::move(*value);
  return {};
}

template <class T>
Reading set(T& place, const toml::node& node, Result<T> (*parse)(std::string_view)) {
  auto text = text_of(node);
  if (!text) return tl::unexpected(text.error());
  return set(place, node, parse(*text));
}

template <class T>
Reading read_number(const toml::node& node, int64_t lowest, int64_t highest, T& value) {
  const auto number = number_of(node, lowest, highest);
  if (!number) return tl::unexpected(number.error());
  value = static_cast<T>(*number);
  return {};
}

// "5", which is to be 5.
const char* quotes_are_too_many(const toml::node& node) {
  return node.is_string() ? ", without quotes" : "";
}

// 5, which is to be "5".
std::string in_quotes(const toml::node& node) {
  if (auto* number = node.as_integer()) return fmt::format(": \"{}\"", number->get());
  if (auto* number = node.as_floating_point()) return fmt::format(": \"{}\"", number->get());
  if (auto* truth = node.as_boolean()) return fmt::format(": \"{}\"", truth->get());
  return "";
}

}  // namespace

tl::expected<std::string, Misreading> text_of(const toml::node& node) {
  auto* text = node.as_string();
  if (!text) return wrong(node.source(), "must be a text in quotes{}", in_quotes(node));
  if (text->get().find('\0') != std::string::npos) return wrong(node.source(), "holds a NUL byte");
  return text->get();
}

tl::expected<int64_t, Misreading> number_of(const toml::node& node, int64_t lowest,
                                            int64_t highest) {
  auto* number = node.as_integer();
  if (!number || number->get() < lowest || number->get() > highest)
    return wrong(node.source(), "must be a whole number from {} to {}{}", lowest, highest,
                 quotes_are_too_many(node));
  return number->get();
}

Reading read(const toml::node& node, std::string& text) { return set(text, node, parse_directory); }

Reading read(const toml::node& node, AccountName& name) {
  return set(name, node, parse_account_name);
}

Reading read(const toml::node& node, Signal& signal) { return set(signal, node, parse_signal); }

// A mask without quotes is another number: 027 is none in TOML, and 22 is not octal.
Reading read(const toml::node& node, FileMask& mask) {
  if (node.is_number()) return wrong(node.source(), "must be octal digits in quotes, as \"027\"");
  return set(mask, node, parse_mask);
}

// A bare number is one of seconds.
Reading read(const toml::node& node, Nanos& duration) {
  if (auto* seconds = node.as_integer(); seconds && seconds->get() >= 0)
    return set(duration, node, parse_duration(std::to_string(seconds->get()) + "s"));
  if (!node.is_string())
    return wrong(node.source(),
                 "must be a whole number of seconds, or a duration such as \"500ms\" or \"1m30s\"");
  return set(duration, node, parse_duration);
}

Reading read(const toml::node& node, Watching::Period& period) {
  if (Reading done = read(node, period.length); !done) return done;
  if (period.length < Watching::Period::shortest)
    return wrong(node.source(), "must be a second at least");
  return {};
}

Reading read(const toml::node& node, Niceness& nice) {
  return read_number(node, -20, 19, nice.value);
}

Reading read(const toml::node& node, OomScore& score) {
  return read_number(node, -1000, 1000, score.value);
}

Reading read(const toml::node& node, Quotas::Tasks& tasks) {
  constexpr int64_t most = 4 << 20;  // the kernel has no more pids
  return read_number(node, 1, most, tasks.count);
}

Reading read(const toml::node& node, Quotas::Bytes& memory) {
  if (node.is_string() && node.as_string()->get() == "unlimited")
    return wrong(node.source(), "must be a size such as \"512M\"; without it there is no limit");
  if (auto* number = node.as_integer()) {
    if (Reading done = set(memory.count, node, parse_size(std::to_string(number->get()))); !done)
      return done;
  } else if (Reading done = set(memory.count, node, parse_size); !done) {
    return done;
  }
  if (memory.count == 0 || memory.count > INT64_MAX)
    return wrong(node.source(), "must be a size such as \"512M\"");
  return {};
}

// 1.5 is one processor and the half of another one.
Reading read(const toml::node& node, Quotas::CorePercents& cpu) {
  constexpr double least = 0.01, most = 10'000;
  const auto cores = node.value<double>();
  if (!cores || !(*cores >= least && *cores <= most))
    return wrong(node.source(), "must be a number of processors such as 0.5 or 2{}",
                 quotes_are_too_many(node));
  cpu.count = static_cast<uint32_t>(std::lround(*cores * 100));
  return {};
}

Reading read(const toml::node& node, LineRate& rate) {
  auto* number = node.as_integer();
  if (!number || number->get() < 1 || number->get() > LineRate::highest)
    return wrong(node.source(), "must be a whole number of lines a second, from 1 to {}{}",
                 LineRate::highest, quotes_are_too_many(node));
  rate.lines = static_cast<uint32_t>(number->get());
  return {};
}

Reading read(const toml::node& node, ResourceLimit& limit) {
  if (auto* number = node.as_integer())
    return set(limit, node, parse_limit(std::to_string(number->get())));
  return set(limit, node, parse_limit);
}

Reading read(const toml::node& node, bool& value) {
  auto* written = node.as_boolean();
  if (!written) return wrong(node.source(), "must be true or false{}", quotes_are_too_many(node));
  value = written->get();
  return {};
}

Reading read(const toml::node& node, Audience& audience) {
  return set(audience, node, parse_audience);
}

Reading read(const toml::node& node, Restart& restart) { return set(restart, node, parse_restart); }

Reading read(const toml::node& node, Readiness& readiness) {
  return set(readiness, node, parse_readiness);
}

Reading read(const toml::node& node, RollWidth& width) {
  return read_number(node, 1, limits::processes, width.processes);
}

Reading read(const toml::node& node, Schedule& schedule) {
  return set(schedule, node, Schedule::parse);
}

Reading read(const toml::node& node, ListenAddress& address) {
  return set(address, node, parse_listen_address);
}

}  // namespace muster
