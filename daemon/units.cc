// See units.h.
#include "daemon/units.h"

#include <filesystem>
#include <fstream>

#include "base/unit_word.h"
#include "daemon/edge/linux/machine.h"

namespace muster {
namespace {

namespace fs = std::filesystem;

Result<> write_unit(const fs::path& directory, const MachineApp& app, const std::string& program) {
  const fs::path place = directory / ("muster@" + app.name + ".service.d");
  std::error_code error;
  fs::create_directories(place, error);
  std::ofstream file(place / "50-app.conf", std::ios::trunc);
  file << unit_part_of(app, program);
  file.close();
  if (error || !file) return fail("{}: cannot be written", (place / "50-app.conf").string());
  return {};
}

}  // namespace

std::string unit_part_of(const MachineApp& app, const std::string& program) {
  const MachineApp usual = usual_machine_app(app.name);
  std::string text =
      fmt::format("# Made of {} by musterd.\n[Service]\nUser={}\n", app.file, unit_path(app.user));
  // systemd makes the usual one itself, and gives it to the user.
  if (app.home != usual.home)
    text += fmt::format("StateDirectory=\nEnvironment={}\n", unit_word("MUSTER_HOME=" + app.home));
  text += fmt::format("ExecStart=\nExecStart={} {} --app {} --no-timestamp --no-color",
                      unit_path(program), unit_command_word(app.directory), app.name);
  for (auto& option : app.options) text += ' ' + unit_command_word(option);
  return text + '\n';
}

Result<> write_units(const std::string& directory) {
  const std::string program = find_beside_us("musterd");
  Result<> all;
  for (auto& name : machine_app_names()) {
    auto app = find_machine_app(name);
    Result<> done;
    if (!app)
      done = tl::unexpected(app.error());
    else if (*app && !(*app)->file.empty())
      done = write_unit(directory, **app, program);
    if (done) continue;
    fmt::print(stderr, "musterd: {}\n", done.message());
    all = fail("not all apps of /etc/muster have a unit");
  }
  return all;
}

}  // namespace muster
