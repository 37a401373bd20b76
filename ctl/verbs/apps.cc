// ctl apps: the apps of this user on this machine, and for root everybody's. Those that do not run
// are there too: they have a state directory.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "base/unique_fd.h"
#include "ctl/printers/apps.h"
#include "ctl/verbs/verbs.h"
#include "daemon/config/machine_app.h"
#include "proto/neighbours.h"

namespace muster {
namespace {

// A daemon that is stopped must not keep the others waiting.
constexpr Nanos status_patience = 1s;

AppRow row_of(const Endpoints& endpoints, std::string directory) {
  AppRow row{endpoints.app, user_called(::geteuid())};
  row.directory = std::move(directory);
  if (!daemon_runs(endpoints)) return row;
  row.state = AppState::no_answer;
  auto client = Client::connect(endpoints, caller_name());
  if (!client) return row;
  auto reply = client->ask(StatusRequest{}, status_patience);
  if (!reply) return row;
  if (auto* status = std::get_if<StatusReply>(&reply->body)) {
    row.state = AppState::running;
    row.directory = status->directory;
    row.status = std::move(*status);
  }
  return row;
}

// A program of its own, because a process that has become another user does not come back.
std::vector<AppRow> rows_of_neighbour(const Neighbour& neighbour) {
  AppRow row{neighbour.app, neighbour.user, AppState::no_answer};
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return {row};
  const UniqueFd reader(ends[0]);
  UniqueFd writer(ends[1]);
  const pid_t child = ::fork();
  if (child == 0) {
    const AppOwner owner{false, neighbour.uid, environment_variable};
    if (become(neighbour)) {
      auto endpoints = endpoints_of(neighbour.app, owner.is_root, owner.uid, owner.env);
      Output out(writer.get());
      if (endpoints) out.write(apps_json({row_of(*endpoints, "")}));
      out.flush();
    }
    ::_exit(0);
  }
  writer.reset();
  std::string text;
  char part[4096];
  for (ssize_t size; child > 0 && (size = ::read(reader.get(), part, sizeof part)) > 0;)
    text.append(part, static_cast<size_t>(size));
  if (child > 0) ::waitpid(child, nullptr, 0);
  auto rows = apps_of_json(text);
  return rows.empty() ? std::vector{row} : rows;
}

std::vector<AppRow> rows_of_others() {
  std::vector<AppRow> rows;
  std::set<std::pair<std::string, std::string>> seen;
  for (auto& neighbour : neighbours())
    for (auto& row : rows_of_neighbour(neighbour))
      if (seen.insert({row.user, row.app}).second) rows.push_back(std::move(row));
  for (auto& owner : other_owners()) {
    auto apps = known_apps(owner);
    if (!apps) continue;
    for (auto& app : *apps)
      if (seen.insert({user_called(owner.uid), app.endpoints.app}).second)
        rows.push_back({app.endpoints.app, user_called(owner.uid), AppState::stopped,
                        app.kept.identity.place.path});
  }
  return rows;
}

// The apps of this user's units, which have a MUSTER_HOME each.
std::vector<AppRow> rows_of_units(const AppOwner& owner) {
  std::vector<AppRow> rows;
  for (auto& name : machine_app_names()) {
    const auto app = find_machine_app(name);
    if (!app || !*app || user_called(owner.uid) != (*app)->user) continue;
    const std::string home = (*app)->home;
    const AppOwner there{owner.is_root, owner.uid, [home](const std::string& variable) {
                           return variable == "MUSTER_HOME" ? std::optional(home) : std::nullopt;
                         }};
    const auto known = known_apps(there);
    if (!known) continue;
    for (auto& one : *known) rows.push_back(row_of(one.endpoints, one.kept.identity.place.path));
  }
  return rows;
}

class Apps : public Verb {
 public:
  void add_options(Options& options) override {
    options.flag("--json", json_, "An array of objects instead of the table");
  }

  Outcome<int> run(Session& session) override {
    const AppOwner owner = app_owner();
    std::vector<AppRow> rows;
    // Before this program has a connection that a child would share.
    if (owner.is_root && !environment_variable("MUSTER_HOME")) rows = rows_of_others();
    if (!owner.is_root && !environment_variable("MUSTER_HOME")) rows = rows_of_units(owner);
    auto names = app_names(owner.is_root, owner.uid, owner.env);
    if (!names) return failure(ExitCode::usage, names.message());
    std::map<std::string, std::string> directories;
    for (auto& name : *names) directories[name];
    if (auto known = known_apps(owner))
      for (auto& app : *known) directories[app.endpoints.app] = app.kept.identity.place.path;
    for (auto& [name, directory] : directories) {
      auto endpoints = endpoints_of(name, owner.is_root, owner.uid, owner.env);
      std::error_code error;
      // A runtime directory that is left of the last run of an app that was removed is none.
      if (!endpoints ||
          (!daemon_runs(*endpoints) && !std::filesystem::is_directory(endpoints->state_dir, error)))
        continue;
      rows.push_back(row_of(*endpoints, directory));
    }
    std::stable_sort(rows.begin(), rows.end(), [](auto& a, auto& b) { return a.app < b.app; });
    session.out.write(json_ ? apps_json(rows) : apps_table(rows));
    return status_done;
  }

 private:
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_apps() { return std::make_unique<Apps>(); }

}  // namespace muster
