// The command of `on_crash`: a one-off of its own for each crash, which gets what has happened as
// JSON on its stdin. There is one at a time of each type; a crash that comes meanwhile waits until
// it has ended, and of several the last one, which tells of how many it stands for. Keeps: its end,
// however it comes, changes nothing for the process that crashed.
#include <algorithm>

#include "base/terminal_text.h"
#include "daemon/core/state.h"
#include "daemon/core/texts.h"
#include "proto/limits.h"

namespace muster {
namespace {

constexpr const char* crash_command_type = "on_crash";
// A command that is stuck holds up those that tell of later crashes.
constexpr Nanos longest_command = 1min;

std::string json_of(std::string_view text) {
  std::string json = "\"";
  while (!text.empty()) {
    const Utf8Character character = first_character(text);
    const size_t bytes = std::max(character.bytes, size_t(1));
    const unsigned char first = static_cast<unsigned char>(text.front());
    if (character.bytes == 0)
      json += "\\ufffd";
    else if (first < 0x20 || first == '"' || first == '\\')
      json += fmt::format("\\u{:04x}", first);
    else
      json += text.substr(0, bytes);
    text.remove_prefix(bytes);
  }
  return json + '"';
}

template <class Number>
std::string json_of(const std::optional<Number>& number) {
  return number ? std::to_string(*number) : "null";
}

// Without the end, for how many crashes it stands is known when it is told.
std::string report_of(const Driver::Crash& crash, WallTime now, uint64_t release) {
  std::optional<double> wait;
  if (crash.retry_in) wait = std::chrono::duration<double>(*crash.retry_in).count();
  return fmt::format(
      R"({{"time": {}, "process": {}, "type": {}, "command": {}, "pid": {}, "status": {}, )"
      R"("reason": {}, "crashes_in_a_row": {}, "retry_in_seconds": {}, "release": {})",
      json_of(format_utc(now)), json_of(crash.process), json_of(crash.type), json_of(crash.command),
      json_of(crash.pid), json_of(crash.status), json_of(crash.reason), crash.crashes,
      wait ? fmt::format("{:g}", *wait) : "null", release);
}

}  // namespace

void Core::State::take_crashes() {
  for (auto& crash : driver.take_crashed())
    if (command_on_crash(crash.type)) {
      UntoldCrash& untold = untold_crashes[crash.type];
      untold.count++;
      untold.report = report_of(crash, out.now().wall, releases.current().number);
    }
  if (phase == Phase::running) tell_crashes();
}

const std::string* Core::State::command_on_crash(const std::string& name) const {
  const ProcessType* type = types.find(name);
  if (!type || !type->settings.restarting.on_crash) return nullptr;
  const std::string& command = type->settings.restarting.on_crash->command;
  return command.empty() ? nullptr : &command;
}

void Core::State::tell_crashes() {
  if (untold_crashes.empty()) return;
  size_t one_offs = 0;
  std::set<std::string> being_told;
  for (auto& [name, p] : table.all()) {
    one_offs += p.one_off.has_value();
    if (p.one_off) being_told.insert(p.one_off->crash_of);
  }
  for (auto entry = untold_crashes.begin(); entry != untold_crashes.end();) {
    const auto& [type, crash] = *entry;
    const std::string* command = command_on_crash(type);
    if (command && (being_told.contains(type) || one_offs >= limits::one_offs)) {
      ++entry;
      continue;
    }
    if (command) {
      one_offs++;
      OneOff told;
      told.command = *command;
      told.limits.timeout = longest_command;
      told.crash_of = type;
      told.input = fmt::format("{}, \"count\": {}}}\n", crash.report, crash.count);
      // A process of the formation may be called so.
      ProcessName name{crash_command_type, ++one_offs_named};
      while (table.all().contains(name)) name.number = ++one_offs_named;
      driver.step(driver.add(std::move(name), std::move(told)), LifeEvent::start);
    }
    entry = untold_crashes.erase(entry);
  }
}

// It has not failed if it was stopped by hand.
void Core::State::judge_crash_command(const Driver::Ended& one) {
  if (one.was_told || (one.trouble.empty() && one.status == 0)) return;
  EventRecord failed;
  failed.kind = RecordKind::error;
  failed.process = one.name.text();
  failed.code = crash_command_type;
  failed.text = texts::crash_not_told(one.crash_of, texts::how_it_ended(one.status, one.trouble));
  out.publish(std::move(failed));
}

}  // namespace muster
