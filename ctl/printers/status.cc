// See status.h.
#include "ctl/printers/status.h"

#include <fmt/format.h>
#include <chrono>

#include "base/json.h"
#include "ctl/printers/text.h"

namespace muster {
namespace {

std::string row(const char* name, const std::string& value) {
  return fmt::format("{:<12}{}\n", name, value);
}

Json time_or_null(const std::optional<WallTime>& time) {
  return time ? Json(format_utc(*time)) : Json(nullptr);
}

Json pid_or_null(int64_t pid) { return pid == 0 ? Json(nullptr) : Json(pid); }

}  // namespace

std::string status_text(const StatusReply& status) {
  auto uptime = format_age(std::chrono::milliseconds(status.uptime_ms));
  std::string journal = format_size(status.journal_bytes);
  if (status.journal_oldest_time && status.journal_newest_time)
    journal += fmt::format(", seq {} to {}, {} to {}", status.journal_oldest_seq, status.seq,
                           format_utc(*status.journal_oldest_time),
                           format_utc(*status.journal_newest_time));
  std::string text;
  const bool is_hidden = status.directory.empty();  // from a client that may only look on
  text +=
      row("App", is_hidden ? status.app
                           : fmt::format("{} in {}", status.app, terminal_safe(status.directory)));
  const std::string pid = is_hidden ? "" : fmt::format("pid {}, ", status.pid);
  text += row("Daemon", fmt::format("musterd {}, {}up for {}", status.version, pid, uptime));
  text += row("Processes", fmt::format("{} up of {}", status.processes_up, status.processes));
  std::string durable =
      status.seq_durable ? fmt::format(" ({} on the disk)", *status.seq_durable) : "";
  text += row("Records", fmt::format("seq {}{}, {} lines", status.seq, durable, status.lines));
  text += row("Journal", journal);
  text += row("Memory", format_size(status.memory_bytes));
  text += row("Files", fmt::format("{} open of {}", status.open_fds, status.fd_limit));
  text +=
      row("Refused", fmt::format("{} messages that were not understood", status.clients_refused));
  text += row("Clients", fmt::format("{} exchanges, {} under way, {} dropped", status.exchanges,
                                     format_size(status.bytes_under_way), status.clients_dropped));
  text += row("Cgroups", status.cgroup.empty() ? "none" : terminal_safe(status.cgroup));
  for (auto& helper : status.helpers) {
    const std::string last = helper.lines.empty() ? "" : helper.lines.back();
    text += row("Helper", fmt::format("{}{}{}{}", helper.name,
                                      helper.pid == 0 ? "" : fmt::format(", pid {}", helper.pid),
                                      last.empty() ? "" : ": ", terminal_safe(last)));
  }
  if (status.alarms.empty()) text += row("Alarms", "none");
  for (auto& alarm : status.alarms) text += row("Alarm", terminal_safe(alarm));
  return text;
}

std::string status_json(const StatusReply& status) {
  Json helpers = Json::array();
  for (auto& one : status.helpers)
    helpers.push_back({{"name", one.name}, {"pid", pid_or_null(one.pid)}, {"lines", one.lines}});
  Json object = {
      {"app", status.app},
      {"directory", status.directory.empty() ? Json(nullptr) : Json(status.directory)},
      {"version", status.version},
      {"pid", pid_or_null(status.pid)},
      {"keeper_pid", pid_or_null(status.keeper_pid)},
      {"supervisor_pid", pid_or_null(status.supervisor_pid)},
      {"uptime",
       std::chrono::duration<double>(std::chrono::milliseconds(status.uptime_ms)).count()},
      {"seq", status.seq},
      {"seq_durable", status.seq_durable ? Json(*status.seq_durable) : Json(nullptr)},
      {"journal", status.journal.empty() ? Json(nullptr) : Json(status.journal)},
      {"lines", status.lines},
      {"journal_bytes", status.journal_bytes},
      {"journal_oldest_seq", status.journal_oldest_seq},
      {"journal_oldest_time", time_or_null(status.journal_oldest_time)},
      {"journal_newest_time", time_or_null(status.journal_newest_time)},
      {"processes", status.processes},
      {"processes_up", status.processes_up},
      {"memory_bytes", status.memory_bytes},
      {"open_fds", status.open_fds},
      {"fd_limit", status.fd_limit},
      {"clients_refused", status.clients_refused},
      {"clients_dropped", status.clients_dropped},
      {"bytes_under_way", status.bytes_under_way},
      {"exchanges", status.exchanges},
      {"cgroup", status.cgroup.empty() ? Json(nullptr) : Json(status.cgroup)},
      {"helpers", helpers},
      {"alarms", status.alarms},
  };
  return text_of(object, 2) + "\n";
}

}  // namespace muster
