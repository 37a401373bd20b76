// See supervisor_keys.h.
#include "ctl/import/supervisor_keys.h"

#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <string_view>

#include "ctl/import/imported.h"

namespace muster {
namespace {

struct NoteRow {
  std::string_view key, note;  // an empty note: muster does without it
};

constexpr std::string_view own_log = "all lines go to muster's log: ctl logs";

constexpr NoteRow program_notes[] = {
    {"priority", "the order of a start is said by `needs`"},
    {"stdout_syslog", own_log},
    {"stderr_syslog", own_log},
    {"stdout_events_enabled", "there are no events of single lines"},
    {"stderr_events_enabled", "there are no events of single lines"},
    {"serverurl", "there is no server of supervisord any more"},
};

// They lose nothing.
constexpr std::string_view program_silent[] = {"command",
                                               "process_name",
                                               "numprocs_start",
                                               "redirect_stderr",
                                               "autostart",
                                               "environment",
                                               "stdout_capture_maxbytes",
                                               "stderr_capture_maxbytes",
                                               "killasgroup",
                                               "stdout_logfile_backups",
                                               "stderr_logfile_backups",
                                               "stdout_logfile_maxbytes",
                                               "stderr_logfile_maxbytes"};

constexpr NoteRow daemon_notes[] = {
    {"user", "musterd runs as whoever starts it; `user` of a type is its own"},
    {"directory", "musterd runs in the directory of the Procfile; see `directory`"},
    {"umask", "that of musterd counts, or `umask` of a type"},
    {"minfds", "see `nofile` of a type"},
    {"minprocs", "see `pids` of a type"},
};

constexpr NoteRow section_notes[] = {
    {"eventlistener:", "nothing listens to events this way; see ctl events --json"},
    {"fcgi-program:", "its socket is descriptor 0, and that of `listen` is 3; it is left out"},
    {"inet_http_server", "there is no port to steer it by; from afar: ctl -H ssh://HOST"},
};

std::optional<std::string> note_in(const auto& rows, std::string_view key) {
  for (auto& row : rows)
    if (row.key == key) return std::string(row.note);
  return {};
}

std::optional<int> whole_number(const std::string& text) {
  int number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && rest == end && number >= 0 ? std::optional(number) : std::nullopt;
}

SupervisorKey seconds_key(std::string key, const IniEntry& entry) {
  const auto number = whole_number(entry.value);
  if (!number) return {"", "", fmt::format("'{}' is no number of seconds", entry.value)};
  return {std::move(key), toml_seconds(*number), ""};
}

SupervisorKey restart_key(const IniEntry& entry) {
  if (entry.value == "unexpected") return {"restart", "\"on-failure\"", ""};
  if (is_false(entry.value)) return {"restart", "\"never\"", ""};
  return {};
}

SupervisorKey success_key(const IniEntry& entry) {
  std::string list;
  for (const char c : entry.value)
    if (c != ' ' && c != '\n') list += c == ',' ? std::string(", ") : std::string(1, c);
  return {"success", '[' + list + ']', ""};
}

// It is up after so many seconds.
SupervisorKey delay_key(const IniEntry& entry) {
  const auto number = whole_number(entry.value);
  if (!number) return {"", "", fmt::format("'{}' is no number of seconds", entry.value)};
  if (*number <= 1) return {};
  return {"ready", fmt::format("\"delay:{}s\"", *number), ""};
}

SupervisorKey give_up_key(const IniEntry& entry) {
  constexpr int most = 100;
  const auto number = whole_number(entry.value);
  if (!number) return {"", "", fmt::format("'{}' is no number", entry.value)};
  if (*number >= most) return {"", "", "it is tried for ever, with longer and longer waits"};
  return {"give_up", fmt::format("{{ crashes = {}, within = \"1d\" }}", *number + 1), ""};
}

SupervisorKey signal_key(const IniEntry& entry) {
  if (entry.value == "KILL" || entry.value == "SIGKILL")
    return {"grace", "\"0s\"", "KILL cannot be answered: TERM is sent first, with no grace"};
  std::string name = entry.value;
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return {"signal", toml_text(name.starts_with("SIG") ? name.substr(3) : name), ""};
}

SupervisorKey log_key(const IniEntry& entry) {
  const bool is_nowhere = entry.value.starts_with("/dev/") || entry.value.starts_with("/proc/") ||
                          entry.value == "NONE" || entry.value == "AUTO" || entry.value.empty();
  return {"", "", is_nowhere ? "" : fmt::format("{}, and not to {}", own_log, entry.value)};
}

}  // namespace

bool is_false(const std::string& value) {
  std::string small = value;
  std::transform(small.begin(), small.end(), small.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return small == "false" || small == "no" || small == "off" || small == "0";
}

SupervisorKey read_program_key(const IniSection& program, const IniEntry& entry) {
  const std::string& key = entry.key;
  if (key == "autorestart") return restart_key(entry);
  if (key == "exitcodes") return success_key(entry);
  if (key == "startsecs") return delay_key(entry);
  if (key == "startretries") return give_up_key(entry);
  if (key == "stopsignal") return signal_key(entry);
  if (key == "stopwaitsecs") {
    auto* signal = program.find("stopsignal");
    return signal && signal->value.ends_with("KILL") ? SupervisorKey{}
                                                     : seconds_key("grace", entry);
  }
  if (key == "stopasgroup")
    return is_false(entry.value) ? SupervisorKey{} : SupervisorKey{"kill", "\"tree\"", ""};
  if (key == "user") return {"user", toml_text(entry.value), "only root may start it so"};
  if (key == "umask") return {"umask", toml_text(entry.value), ""};
  if (key == "stdout_logfile" || key == "stderr_logfile") return log_key(entry);
  if (auto note = note_in(program_notes, key)) return {"", "", *note};
  if (std::find(std::begin(program_silent), std::end(program_silent), key) !=
      std::end(program_silent))
    return {};
  return {"", "", "supervisord has no such key; is it a slip?"};
}

std::optional<std::string> note_of_daemon_key(const IniEntry& entry) {
  auto note = note_in(daemon_notes, entry.key);
  return note ? std::optional(entry.key + ": " + *note) : std::nullopt;
}

std::optional<std::string> note_of_section(const std::string& name) {
  for (auto& row : section_notes)
    if (name.starts_with(row.key)) return std::string(row.note);
  constexpr std::string_view known[] = {"program:",         "group:",        "supervisord",
                                        "supervisorctl",    "rpcinterface:", "include",
                                        "unix_http_server", "ctlplugin:"};
  for (auto& begin : known)
    if (name.starts_with(begin)) return {};
  return "it is no section of supervisord, and is left out";
}

}  // namespace muster
