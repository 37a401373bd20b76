// See boot_unit.h.
#include "ctl/deploy/boot_unit.h"

#include <fmt/format.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <vector>

#include "base/unit_word.h"
#include "ctl/deploy/program.h"
#include "ctl/printers/text.h"

namespace muster {
namespace {

namespace fs = std::filesystem;

// The unit says where the app's state is, and its programs: systemd does not look where nvm and
// rbenv have theirs.
constexpr std::string_view places[] = {"MUSTER_HOME", "XDG_STATE_HOME", "PATH"};

Result<std::string> systemctl(std::vector<std::string> words) {
  std::vector<std::string> argv{"systemctl"};
  if (::geteuid() != 0) argv.emplace_back("--user");
  argv.insert(argv.end(), words.begin(), words.end());
  return output_of({argv, {}});
}

std::string unit_text(const Endpoints& endpoints, const std::string& directory) {
  std::string text = fmt::format(
      "# Written by `ctl enable`; `ctl disable` removes it.\n"
      "[Unit]\nDescription=Muster: the processes of {0}\nAfter=network-online.target\n"
      "Wants=network-online.target\n\n"
      // Should the keeper be killed, the supervisor starts another one, which says so itself. Until
      // then the unit lives by its other processes; without both, by none once the time is over.
      "[Service]\nType=notify\nNotifyAccess=all\nExitType=cgroup\nWatchdogSec=60\nOOMPolicy="
      "continue\nKillMode=mixed\n"
      "Delegate=yes\nRestart=on-failure\nRestartSec=1\nTimeoutStopSec=60\n",
      endpoints.app);
  for (auto name : places)
    if (const char* value = std::getenv(std::string(name).c_str()); value && *value)
      text += fmt::format("Environment={}\n", unit_word(fmt::format("{}={}", name, value)));
  text += fmt::format("ExecStart={} --app {} --no-timestamp --no-color",
                      unit_command_word(own_program_directory() + "/musterd"),
                      unit_command_word(endpoints.app));
  if (!directory.empty()) text += " " + unit_command_word(directory);
  text += fmt::format("\nExecReload={} -a {} reload\n",
                      unit_command_word(own_program_directory() + "/ctl"),
                      unit_command_word(endpoints.app));
  return text + fmt::format("\n[Install]\nWantedBy={}\n",
                            ::geteuid() == 0 ? "multi-user.target" : "default.target");
}

}  // namespace

bool systemd_runs() {
  // It fails for one that runs but is degraded.
  std::string said;
  Program ask{{"systemctl", "is-system-running"}, {}};
  if (::geteuid() != 0) ask.argv.insert(ask.argv.begin() + 1, "--user");
  ask.on_output = [&](std::string_view part) { said += part; };
  if (!run_program(ask)) return false;
  constexpr std::array running{"running", "degraded", "starting", "initializing", "maintenance"};
  return std::any_of(running.begin(), running.end(),
                     [&](std::string_view word) { return said.starts_with(word); });
}

std::string boot_unit_file(const Endpoints& endpoints) {
  return fmt::format("{}/muster-{}.service", endpoints.state_dir, endpoints.app);
}

std::string start_command(const Endpoints& endpoints, const std::string& directory) {
  std::string text;
  for (auto name : places)
    if (const char* value = std::getenv(std::string(name).c_str()); value && *value)
      text += fmt::format("{}={} ", name, shell_word(value));
  text += fmt::format("{} -d --app {}", shell_word(own_program_directory() + "/musterd"),
                      shell_word(endpoints.app));
  return directory.empty() ? text : text + " " + shell_word(directory);
}

Result<> write_boot_unit(const Endpoints& endpoints, const std::string& directory) {
  const std::string path = boot_unit_file(endpoints), next = path + ".next";
  std::ofstream file(next, std::ios::trunc);
  file << unit_text(endpoints, directory);
  file.close();
  std::error_code error;
  if (file) fs::rename(next, path, error);
  if (!file || error) return fail("{}: cannot be written", path);
  auto enabled = systemctl({"enable", path});
  if (!enabled) return within(enabled.error(), "systemd does not take {}", path);
  return {};
}

Result<> remove_boot_unit(const Endpoints& endpoints) {
  const std::string path = boot_unit_file(endpoints);
  std::error_code error;
  if (!fs::exists(path, error)) return {};
  auto disabled = systemctl({"disable", fs::path(path).filename().string()});
  fs::remove(path, error);
  if (!disabled) return within(disabled.error(), "systemd still knows of {}", path);
  return {};
}

}  // namespace muster
