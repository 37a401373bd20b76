// Values of the core and of the settings as they are written into files of ours, by field name, so
// that a newer program reads what an older one kept. For the codecs of this room alone.
#pragma once

#include <bit>

#include "daemon/config/model.h"
#include "daemon/config/needs.h"
#include "daemon/config/settings_keys.h"
#include "daemon/core/releases.h"
#include "proto/codec_reader.h"
#include "proto/codec_writer.h"

namespace muster {

inline constexpr Restart restarts[] = {Restart::always, Restart::on_failure, Restart::never};
inline std::string_view name_of(Restart restart) {
  constexpr std::string_view names[] = {"always", "on-failure", "never"};
  return names[static_cast<size_t>(restart)];
}
inline constexpr Need::Until needed_untils[] = {Need::Until::started, Need::Until::ready,
                                                Need::Until::completed};

}  // namespace muster

namespace muster::wire {

template <class T, class... Choices>
concept AnyOf = (std::same_as<std::remove_const_t<T>, Choices> || ...);

// Settings whose value is one number.
template <class T>
concept Numbered =
    AnyOf<T, Signal, FileMask, Niceness, ResourceLimit, OomScore, Quotas::Bytes,
          Quotas::CorePercents, Quotas::Tasks, LineRate, Watching::Period, RollWidth>;
template <class T>
concept KeptRow = Numbered<T> ||
    AnyOf<T, Audience, Backoff, GiveUp, Readiness, HealthCheck, Need, ListenAddress, Schedule,
          Settings, Watching::Sources, CrashCommand, ProcessType, FileTaken, AppModel, Release>;
template <KeptRow T>
inline constexpr bool is_row<T> = true;
template <>
inline constexpr std::span<const Restart> choices<Restart>{restarts};
template <>
inline constexpr std::span<const Need::Until> choices<Need::Until>{needed_untils};
template <>
inline constexpr std::span<const Readiness::Kind> choices<Readiness::Kind>{readiness_kinds};

template <class Fields, Numbered M>
void describe(Fields& fields, M& setting) {
  auto& [number] = setting;
  fields.must("value", number);
}

// An earlier program has kept another field, "value", for processes whose leader was told first.
template <class Fields, Is<Audience> M>
void describe(Fields& fields, M& audience) {
  fields.may("tree", audience.whole_tree);
}

template <class Fields, Is<Backoff> M>
void describe(Fields& fields, M& backoff) {
  fields.must("base", backoff.base);
  fields.must("cap", backoff.cap);
}

template <class Fields, Is<GiveUp> M>
void describe(Fields& fields, M& limit) {
  fields.must("crashes", limit.crashes);
  fields.must("within", limit.within);
}

template <class Fields, Is<Readiness> M>
void describe(Fields& fields, M& readiness) {
  fields.must("kind", readiness.kind);
  fields.may("what", readiness.what);
  fields.may("delay", readiness.delay);
}

template <class Fields, Is<HealthCheck> M>
void describe(Fields& fields, M& check) {
  fields.must("by", check.by);
  fields.must("every", check.every);
  fields.must("timeout", check.timeout);
  fields.must("failures", check.failures);
}

template <class Fields, Is<Need> M>
void describe(Fields& fields, M& need) {
  fields.must("type", need.type);
  fields.must("until", need.until);
}

template <class Fields, Is<Watching::Sources> M>
void describe(Fields& fields, M& sources) {
  fields.must("paths", sources.paths);
}

template <class Fields, Is<CrashCommand> M>
void describe(Fields& fields, M& command) {
  fields.may("command", command.command);
}

template <class Fields, Is<ListenAddress> M>
void describe(Fields& fields, M& address) {
  fields.may("path", address.path);
  fields.may("host", address.host);
  fields.may("port", address.port);
}

// The sets of a schedule, as it holds them.
struct ScheduleSets {
  uint64_t minutes, hours, days, months, weekdays;
  bool any_day, any_weekday;
};

template <class Fields, Is<Schedule> M>
void describe(Fields& fields, M& schedule) {
  auto sets = std::bit_cast<ScheduleSets>(schedule);
  fields.must("minutes", sets.minutes);
  fields.must("hours", sets.hours);
  fields.must("days", sets.days);
  fields.must("months", sets.months);
  fields.must("weekdays", sets.weekdays);
  fields.must("any_day", sets.any_day);
  fields.must("any_weekday", sets.any_weekday);
  if constexpr (!std::is_const_v<M>) schedule = std::bit_cast<Schedule>(sets);
}

// The table of the keys is that of the fields too.
template <class Fields, Is<Settings> M>
void describe(Fields& fields, M& settings) {
  for_each_key(
      [&](Key key, auto& value) {
        if constexpr (requires { value.has_value(); })
          fields.may(key.name, value);
        else
          fields.must(key.name, value);
      },
      settings);
}

template <class Fields, Is<ProcessType> M>
void describe(Fields& fields, M& type) {
  fields.must("name", type.name);
  fields.must("command", type.command);
  fields.must("settings", type.settings);
}

template <class Fields, Is<FileTaken> M>
void describe(Fields& fields, M& file) {
  fields.must("name", file.name);
  fields.must("path", file.path);
  fields.may("digest", file.digest);
}

template <class Fields, Is<AppModel> M>
void describe(Fields& fields, M& model) {
  fields.must("types", model.types);
  fields.may("env", model.env);
  fields.must("defaults", model.defaults);
  fields.must("one_offs", model.one_offs);
  fields.may("remote", model.remote);
  fields.may("root", model.root);
  fields.may("files", model.files);
}

template <class Fields, Is<Release> M>
void describe(Fields& fields, M& release) {
  fields.must("number", release.number);
  fields.must("change", release.change);
  fields.must("by", release.by);
  fields.must("time", release.time);
  fields.may("config", release.config);
  fields.may("code", release.code);
  fields.may("failure", release.failure);
}

}  // namespace muster::wire
