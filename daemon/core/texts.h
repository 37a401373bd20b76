// Every line that the core writes to the log, one row each. The wording is Heroku's of 2012 where
// it has one; tools and people match on it, so a change here is a change of interface.
#pragma once

#include <fmt/format.h>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace muster::texts {

using Text = std::string;
using View = std::string_view;

inline Text seconds(Nanos t) {
  return fmt::format("{:g}", std::chrono::duration<double>(t).count());
}

inline Text state_changed(View from, View to) {
  return fmt::format("State changed from {} to {}", from, to);
}
inline Text starting(View command) {
  return fmt::format("Starting process with command `{}`", command);
}
inline Text started(int64_t pid) { return fmt::format("started with pid {}", pid); }
inline Text failed_to_start(View why) { return fmt::format("Failed to start: {}", why); }
inline Text no_port() { return "No port is free for it up to 65535: it starts without PORT"; }
inline Text exited(std::optional<int> status) {
  return fmt::format(
      "Process exited with status {}",
      status ? std::to_string(*status) : "unknown: muster was not running when it ended");
}
inline Text stopping_all(View signal) {
  return fmt::format("Stopping all processes with {}", signal);
}
inline Text stopping_rest(View signal) {
  return fmt::format("Stopping remaining processes with {}", signal);
}
inline Text given_up(size_t crashes, Nanos within, View process) {
  return fmt::format("Giving up after {} crash{} within {} seconds; ctl start {} tries again",
                     crashes, crashes == 1 ? "" : "es", seconds(within), process);
}
inline Text not_again(View process) {
  return fmt::format("It is not to be started again by itself; ctl start {} tries again", process);
}
inline Text client_gone() { return "Client connection closed. Sending SIGHUP to all processes"; }
inline Text only_in_new_procfile(View type) {
  return fmt::format(
      "{} is in the Procfile, but the Procfile changed since it was read: ctl reload", type);
}
inline Text boot_timeout(Nanos t) {
  return fmt::format(
      "Error R10 (Boot timeout) -> Web process failed to bind to $PORT within {} seconds of launch",
      seconds(t));
}
inline Text boot_timeout_unready(Nanos t) {
  return fmt::format(
      "Error R10 (Boot timeout) -> Process was not ready within {} seconds of launch", seconds(t));
}
inline Text out_of_memory(uint64_t processes) {
  return fmt::format(
      "Error R15 (Memory quota vastly exceeded) -> The kernel has ended {} process{} with SIGKILL",
      processes, processes == 1 ? "" : "es");
}
inline Text silent(Nanos t) {
  return fmt::format("Its watchdog has heard nothing for {} seconds", seconds(t));
}
inline Text unwell(uint32_t failures, View check) {
  return fmt::format("Its health check has failed {} time{} in a row: {}", failures,
                     failures == 1 ? "" : "s", check);
}
inline Text memory_used(uint64_t bytes, uint64_t most) {
  constexpr double mib = 1 << 20;
  return fmt::format("Process running mem={:.0f}M({:.1f}%)", static_cast<double>(bytes) / mib,
                     100 * static_cast<double>(bytes) / static_cast<double>(most));
}
inline Text still_runs(View process) {
  return fmt::format("Not started at its time: {} still runs", process);
}
inline Text no_room(uint32_t most) {
  return fmt::format("Not started at its time: {} one-offs run already, which is the limit", most);
}
inline Text waits(View need) { return fmt::format("Waits for {}", need); }
inline Text lacks(View process, View need) {
  return fmt::format("{} needs {} and stays as it is", process, need);
}
inline Text stopped_by_hand(View type) {
  return fmt::format("Not started at its time: it was stopped; ctl start {} lets it run again",
                     type);
}
inline Text one_at_a_time(View type, View other) {
  return fmt::format("{} runs already, and of {} there are never two at once", other, type);
}
// The status is the code, or 128 + the signal; a shell says 126 and 127 of what it cannot run.
inline Text crashed(std::optional<int> status) {
  if (!status) return "crashed";
  constexpr int signalled = 128, cannot_run = 126, not_found = 127;
  Text what = fmt::format("exit {}", *status);
  const char* signal = *status > signalled ? sigabbrev_np(*status - signalled) : nullptr;
  if (signal) what += fmt::format(", as by SIG{}", signal);
  if (*status == cannot_run) what += ", cannot be executed";
  if (*status == not_found) what += ", command not found";
  return fmt::format("crashed ({})", what);
}
inline Text how_it_ended(std::optional<int> status, View trouble) {
  if (!trouble.empty()) return Text(trouble);
  return status ? fmt::format("ended with status {}", *status) : "ended, its status is unknown";
}
inline Text crash_not_told(View type, View how) {
  return fmt::format("on_crash of {} has failed: {}", type, how);
}
inline Text run_failed(View how) { return fmt::format("It has failed: {}", how); }
inline Text not_restartable(View type) {
  return fmt::format(
      "{0} is run at the times of its cron, and there is nothing to restart: ctl stop {0} ends "
      "what "
      "runs of it, ctl start {0} lets it run again, ctl run {0} runs it now",
      type);
}
inline Text grown() { return "Error R14 (Memory quota exceeded) -> Restarting it"; }
inline Text timed_out(Nanos t) { return fmt::format("Its time is over: up for {}", format_age(t)); }
inline Text old(Nanos t) { return fmt::format("Up for {}: restarting it", format_age(t)); }
inline Text exit_timeout(Nanos t, View signal) {
  return fmt::format(
      "Error R12 (Exit timeout) -> At least one process failed to exit within {} seconds of {}",
      seconds(t), signal);
}
inline Text outlives_kill(Nanos t) {
  return fmt::format(
      "At least one process is still there {} seconds after SIGKILL, which is sent again",
      seconds(t));
}

inline Text scale(View formation, View by) {
  return fmt::format("Scale to {} by {}", formation, by);
}
inline Text command(View verb, View what, View by) {
  return fmt::format("{} {} by {}", verb, what, by);
}
inline Text sources_changed(View type, View what) {
  return fmt::format("Restart {}: {} changed", type, what);
}
inline Text roll_stopped(View because, View left) {
  return fmt::format("Restart stopped: {} did not come up. As before: {}", because, left);
}
inline Text reloaded(View by, View changes) { return fmt::format("Reload by {}: {}", by, changes); }
inline Text reload_failed(View by, View why) {
  return fmt::format("Reload by {} failed: {}", by, why);
}
inline Text by(View what, View who) { return fmt::format("{} by {}", what, who); }
inline Text release(uint64_t number, View by) {
  return fmt::format("Release v{} created by {}", number, by);
}
inline Text preparing(uint64_t number, View by) {
  return fmt::format("Running release v{} command by {}", number, by);
}
inline Text not_prepared(uint64_t number, View process, std::optional<int> status, View trouble) {
  return fmt::format("Release v{} was not made: {} {}", number, process,
                     how_it_ended(status, trouble));
}
inline Text taken_back(uint64_t number, View why, uint64_t back_to) {
  const Text to = back_to ? fmt::format("v{}", back_to) : Text("what was there before");
  return fmt::format("Release v{} did not come up: {}. Going back to {}", number, why, to);
}
inline Text no_way_back(View why) { return fmt::format("There is no way back: {}", why); }
inline Text not_ready(Nanos t) { return fmt::format("not ready within {} seconds", seconds(t)); }
inline Text denied(View by, View verb, View role, uint64_t untold) {
  const Text others = untold == 0 ? Text() : fmt::format("; {} more were refused", untold);
  return fmt::format("{} may not {} ({}){}", by, verb, role, others);
}
inline Text shutdown(View by) { return fmt::format("Shutdown by {}", by); }
inline Text shutdown_signal(View signal) {
  return fmt::format("{} received, starting shutdown", signal);
}
inline constexpr View app_ends = ", and so the app ends";
inline Text ends_with(View process, View how) {
  return fmt::format("{}: {}{}", process, how, app_ends);
}
inline Text hurry(View signal) {
  return fmt::format("{} received again, sending SIGKILL to all processes", signal);
}

}  // namespace muster::texts
