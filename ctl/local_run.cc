// See local_run.h.
#include "ctl/local_run.h"

#include <fmt/format.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "ctl/deploy/program.h"
#include "ctl/machine_place.h"
#include "ctl/printers/text.h"
#include "ctl/remote/meant.h"
#include "daemon/config/load.h"
#include "proto/neighbours.h"

namespace muster {
namespace {

constexpr uint32_t ports_of_a_type = 100;
constexpr int not_found = 127, not_executable = 126;

void set_all(ProgramEnvironment& place, const Environment& env) {
  for (auto& [name, value] : env) place[name] = value;
}

// The environment that the daemon would give it, as far as that is known without it.
Outcome<ProgramEnvironment> environment_of(const AppModel& model, const ProcessType* type) {
  auto base = base_port({}, model.env, environment_variable);
  if (!base) return failure(ExitCode::no, base.message());
  const auto index = type ? static_cast<uint32_t>(type - model.types.data()) : 0;
  ProgramEnvironment env = own_environment();
  env.emplace("PYTHONUNBUFFERED", "1");
  set_all(env, model.env);
  set_all(env, type ? type->settings.env : model.one_offs.env);
  env["PORT"] = std::to_string(*base + ports_of_a_type * index);
  env["PS"] = env["DYNO"] = "run.1";
  return env;
}

// A type stands for its command, behind which the other words come.
std::vector<std::string> words_of(const std::vector<std::string>& command,
                                  const ProcessType* type) {
  if (!type) return command;
  std::string line = type->command;
  for (size_t i = 1; i < command.size(); i++) line += " " + shell_word(command[i]);
  return {"sh", "-c", line};
}

// The daemon of a unit of this user's.
bool machine_daemon_runs(FoundApp& app, const Endpoints& own) {
  const auto taken = take_machine_place(app, own);
  if (!taken || !*taken) return false;
  const AppOwner owner = app_owner();
  const auto endpoints = endpoints_of(app.name, owner.is_root, owner.uid, owner.env);
  return endpoints && daemon_runs(*endpoints);
}

}  // namespace

bool is_without_daemon(const Session& session) {
  if (const auto host = host_meant(session); !host || *host) return false;
  if (session.app || !environment_variable("MUSTER_APP").value_or("").empty()) return false;
  if (!directory_with_procfile(".")) return false;
  const AppOwner owner = app_owner();
  auto app = find_app(session.app, ".", owner);
  if (!app) return false;
  if (!app->other.empty()) return true;  // the name is another directory's
  const auto endpoints = endpoints_of(app->name, owner.is_root, owner.uid, owner.env);
  if (!endpoints || daemon_runs(*endpoints) || !check_daemon(*endpoints)) return false;
  if (!owner.is_root && machine_daemon_runs(*app, *endpoints)) return false;
  const auto others = environment_variable("MUSTER_HOME") ? std::vector<Neighbour>() : neighbours();
  return std::none_of(others.begin(), others.end(),
                      [&](const Neighbour& other) { return other.app == app->name; });
}

Outcome<int> run_locally(const std::vector<std::string>& command,
                         const std::map<std::string, std::string>& variables) {
  std::error_code error;
  const std::string directory =
      std::filesystem::canonical(directory_with_procfile(".").value_or("."), error).string();
  auto loaded = load_flawless_model({directory, {}, {}});
  if (!loaded) return failure(ExitCode::no, loaded.message());
  const AppModel& model = loaded->model;
  const ProcessType* type = model.find(command.front());
  auto env = environment_of(model, type);
  if (!env) return tl::unexpected(env.error());
  for (auto& [name, value] : variables) (*env)[name] = value;
  const auto& surroundings = type ? type->settings.surroundings : model.one_offs.surroundings;
  const std::string place =
      surroundings.directory.empty()
          ? directory
          : (std::filesystem::path(directory) / surroundings.directory).lexically_normal().string();
  (*env)["PWD"] = place;
  if (::chdir(place.c_str()) != 0)
    return failure(ExitCode::no, fmt::format("{}: {}", place, std::strerror(errno)));
  tell(fmt::format("no daemon runs here: `{}` runs in {} itself, with its .env and PORT={}",
                   command.front(), place, (*env)["PORT"]));
  std::vector<std::string> words = words_of(command, type), pairs;
  for (auto& [name, value] : *env) pairs.push_back(fmt::format("{}={}", name, value));
  std::vector<char*> argv, envp;
  for (auto& word : words) argv.push_back(word.data());
  for (auto& pair : pairs) envp.push_back(pair.data());
  argv.push_back(nullptr);
  envp.push_back(nullptr);
  ::setenv("PATH", (*env)["PATH"].c_str(), 1);  // by which the program is looked for
  ::signal(SIGPIPE, SIG_DFL);
  ::execvpe(argv.front(), argv.data(), envp.data());
  const int problem = errno;
  tell(fmt::format("exec {}: {}", words.front(), std::strerror(problem)));
  return problem == ENOENT ? not_found : not_executable;
}

}  // namespace muster
