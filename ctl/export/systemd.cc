// See export.h. Here: units of systemd. Quoting is systemd's own: a % is %%, in a command line a $
// is $$, and a line with several units is written as several lines.
#include <fmt/format.h>
#include <algorithm>

#include "base/unit_word.h"
#include "ctl/export/calendar.h"
#include "ctl/export/export.h"
#include "daemon/config/listen_address.h"

namespace muster {
namespace {

constexpr std::string_view systemd_keys[] = {
    "backoff",   "boot_timeout", "core",      "cpu",    "cron",     "directory", "give_up",
    "grace",     "group",        "kill",      "listen", "max_age",  "memory",    "needs",
    "nice",      "nofile",       "oom_score", "pids",   "ready",    "restart",   "signal",
    "singleton", "success",      "umask",     "user",   "watchdog", "roll"};

double seconds(Nanos length) { return std::chrono::duration<double>(length).count(); }

// No specifiers are known in an EnvironmentFile, and a newline may stand in quotes.
std::string env_line(const std::string& name, const std::string& value) {
  std::string out;
  for (const char c : value)
    out += std::string_view("\"\\`$").find(c) != std::string_view::npos ? std::string{'\\', c}
                                                                        : std::string{c};
  return fmt::format("{}=\"{}\"\n", name, out);
}

class SystemdExport {
 public:
  explicit SystemdExport(const ExportApp& app) : app_(app) {}

  Exported make() {
    std::string wants;
    for (auto& type : app_.model.types) {
      note_other_keys(exported_, type, systemd_keys);
      write_env(type);
      if (is_one_off(type)) {
        write_one_off(type, wants);
        continue;
      }
      if (type.settings.listen) write_socket(type);
      for (uint32_t number = 1; number <= app_.count_of(type); number++) {
        const std::string unit = fmt::format("{}-{}.{}.service", app_.name, type.name, number);
        exported_.files.push_back({unit, service(type, number), false});
        wants += fmt::format("Wants={}\n", unit);
      }
    }
    exported_.files.push_back(
        {app_.name + ".target",
         fmt::format("[Unit]\nDescription={}\n{}\n[Install]\nWantedBy=multi-user.target\n",
                     app_.name, wants),
         false});
    exported_.hint = fmt::format(
        "cp *.service *.socket *.timer *.target /etc/systemd/system/\n"
        "mkdir -m 700 /etc/{0} && install -m 600 *.env /etc/{0}/\n"
        "systemctl daemon-reload && systemctl enable --now {0}.target",
        app_.name);
    return std::move(exported_);
  }

 private:
  void note(const ProcessType& type, std::string_view what) {
    exported_.notes.push_back(fmt::format("{}: {}", type.name, what));
  }

  std::string env_file(const ProcessType& type) const {
    return fmt::format("{}-{}.env", app_.name, type.name);
  }

  void write_env(const ProcessType& type) {
    std::string text;
    for (auto& [name, value] : app_.env_of(type)) text += env_line(name, value);
    exported_.files.push_back({env_file(type), text, true});
  }

  std::string head(const ProcessType& type, const std::string& process) const {
    std::string text =
        fmt::format("[Unit]\nDescription={} of {}\nPartOf={}.target\nAfter=network.target\n",
                    process, app_.name, app_.name);
    for (auto& need : type.settings.needs) {
      const auto* other = app_.model.find(need.type);
      for (uint32_t n = 1; other && n <= app_.count_of(*other); n++) {
        const std::string unit = fmt::format("{}-{}.{}.service", app_.name, need.type, n);
        text += fmt::format("Wants={0}\nAfter={0}\n", unit);
      }
    }
    return text;
  }

  std::string surroundings(const ProcessType& type) const {
    auto& own = type.settings.surroundings;
    std::string text = fmt::format("WorkingDirectory={}\nEnvironmentFile=/etc/{}/{}\n",
                                   unit_path(app_.directory_of(type)), app_.name, env_file(type));
    if (!own.account.user.empty()) text += fmt::format("User={}\n", std::string(own.account.user));
    if (!own.account.group.empty())
      text += fmt::format("Group={}\n", std::string(own.account.group));
    if (own.umask) text += fmt::format("UMask={:04o}\n", own.umask->bits);
    if (own.nice) text += fmt::format("Nice={}\n", own.nice->value);
    if (own.oom_score) text += fmt::format("OOMScoreAdjust={}\n", own.oom_score->value);
    if (own.nofile) text += fmt::format("LimitNOFILE={}\n", limit(*own.nofile));
    if (own.core) text += fmt::format("LimitCORE={}\n", limit(*own.core));
    if (own.quotas.memory) text += fmt::format("MemoryMax={}\n", own.quotas.memory->count);
    if (own.quotas.cpu) text += fmt::format("CPUQuota={}%\n", own.quotas.cpu->count);
    if (own.quotas.pids) text += fmt::format("TasksMax={}\n", own.quotas.pids->count);
    return text;
  }

  static std::string limit(const ResourceLimit& limit) {
    return limit.value == ResourceLimit::unlimited ? "infinity" : std::to_string(limit.value);
  }

  static std::string command(const ProcessType& type) {
    std::string line;
    for (auto& word : shell_words(type))
      line += (line.empty() ? "" : " ") + (line.empty() ? word : unit_command_word(word));
    return line;
  }

  // SIGTERM to its first process, and SIGKILL to all after the grace.
  static std::string stopping(const ProcessType& type) {
    auto& stopping = type.settings.stopping;
    return fmt::format("KillMode={}\nKillSignal={}\nTimeoutStopSec={:g}\n",
                       stopping.audience.whole_tree ? "control-group" : "mixed",
                       name_of(stopping.signal), seconds(stopping.grace.value_or(Usual().grace)));
  }

  std::string restarting(const ProcessType& type) {
    auto& restarting = type.settings.restarting;
    const char* when = restarting.when == Restart::always       ? "always"
                       : restarting.when == Restart::on_failure ? "on-failure"
                                                                : "no";
    const auto backoff = restarting.backoff.value_or(Backoff());
    if (restarting.backoff) note(type, "backoff: it waits as long each time");
    std::string text = fmt::format("Restart={}\nRestartSec={:g}\n", when, seconds(backoff.base));
    std::string statuses;
    for (auto status : restarting.success)
      if (status != 0) statuses += ' ' + std::to_string(status);
    if (!statuses.empty()) text += fmt::format("SuccessExitStatus={}\n", statuses.substr(1));
    return text;
  }

  std::string readiness(const ProcessType& type) {
    std::string text;
    const auto& ready = type.settings.booting.ready;
    const bool notifies = ready && ready->kind == Readiness::Kind::notify;
    if (notifies || type.settings.watching.watchdog)
      text += fmt::format("Type={}\nNotifyAccess=all\n", notifies ? "notify" : "simple");
    if (ready && !notifies && ready->kind != Readiness::Kind::none)
      note(type, "ready: it counts as up as soon as it runs");
    if (auto& watchdog = type.settings.watching.watchdog)
      text += fmt::format("WatchdogSec={:g}\n", seconds(watchdog->length));
    if (auto& age = type.settings.watching.max_age)
      text += fmt::format("RuntimeMaxSec={:g}\n", seconds(age->length));
    if (auto& timeout = type.settings.booting.timeout)
      text += fmt::format("TimeoutStartSec={:g}\n", seconds(*timeout));
    return text;
  }

  std::string service(const ProcessType& type, uint32_t number) {
    const std::string process = fmt::format("{}.{}", type.name, number);
    std::string text = head(type, process);
    if (auto& limit = type.settings.restarting.give_up)
      text += fmt::format("StartLimitBurst={}\nStartLimitIntervalSec={:g}\n", limit->crashes,
                          seconds(limit->within));
    else
      text += "StartLimitIntervalSec=0\n";
    text += "\n[Service]\n" + readiness(type) + surroundings(type);
    if (type.settings.listen) text += fmt::format("Sockets={}-{}.socket\n", app_.name, type.name);
    text += fmt::format("Environment=PS={0}\nEnvironment=DYNO={0}\nEnvironment=PORT={1}\n", process,
                        app_.port_of(type, number));
    return text + fmt::format("ExecStart={}\n", command(type)) + restarting(type) + stopping(type);
  }

  void write_socket(const ProcessType& type) {
    const auto& address = *type.settings.listen;
    std::string where = text_of(address);
    if (!address.path.empty())
      where = unit_path(address.path.front() == '/' ? address.path
                                                    : app_.directory + '/' + address.path);
    exported_.files.push_back(
        {fmt::format("{}-{}.socket", app_.name, type.name),
         fmt::format("[Unit]\nDescription=The socket of {0} of {1}\nPartOf={1}.target\n\n[Socket]\n"
                     "ListenStream={2}\nFileDescriptorName={0}\nService={1}-{0}.1.service\n",
                     type.name, app_.name, where),
         false});
  }

  void write_one_off(const ProcessType& type, std::string& wants) {
    const std::string base = fmt::format("{}-{}", app_.name, type.name);
    std::string text = head(type, type.name) + "\n[Service]\nType=oneshot\n" + surroundings(type);
    text += fmt::format("Environment=PS={0}.1\nEnvironment=DYNO={0}.1\nExecStart={1}\n", type.name,
                        command(type));
    if (auto& age = type.settings.watching.max_age)
      text += fmt::format("TimeoutStartSec={:g}\n", seconds(age->length));
    exported_.files.push_back({base + ".service", text + stopping(type), false});
    if (!type.settings.cron)
      return note(type, fmt::format("it runs when you say so: systemctl start {}", base));
    const auto found = app_.crons.find(type.name);
    std::string calendar;
    for (auto& time : calendar_of(found == app_.crons.end() ? "" : found->second))
      calendar += fmt::format("OnCalendar={}\n", time);
    if (calendar.empty())
      return note(type, "cron: its times could not be read; write a timer for its service");
    exported_.files.push_back(
        {base + ".timer",
         fmt::format(
             "[Unit]\nDescription=The times of {0} of {1}\nPartOf={1}.target\n\n[Timer]\n{2}"
             "AccuracySec=1s\n\n[Install]\nWantedBy={1}.target\n",
             type.name, app_.name, calendar),
         false});
    wants += fmt::format("Wants={}.timer\n", base);
  }

  const ExportApp& app_;
  Exported exported_;
};

}  // namespace

Exported export_systemd(const ExportApp& app) { return SystemdExport(app).make(); }

}  // namespace muster
