// See where.h.
#include "ctl/remote/where.h"

#include <fmt/format.h>
#include <unistd.h>
#include <algorithm>
#include <filesystem>

#include "base/json.h"
#include "ctl/printers/text.h"
#include "proto/neighbours.h"
#include "proto/version.h"

namespace muster {
namespace {

template <class T>
void take(const Json& object, const char* name, T& place) {
  if (const auto found = object.find(name); found != object.end()) found->get_to(place);
}

std::optional<Where> where_of_line(std::string_view line) try {
  const Json object = Json::parse(line);
  if (!object.is_object() || !object.contains("runtime")) return std::nullopt;
  Where where;
  take(object, "app", where.app);
  take(object, "known", where.known);
  take(object, "running", where.running);
  take(object, "serves", where.serves);
  take(object, "runtime", where.runtime);
  take(object, "state", where.state);
  take(object, "version", where.version);
  take(object, "protocol", where.protocol);
  take(object, "uid", where.uid);
  take(object, "user", where.user);
  take(object, "by", where.by);
  take(object, "apps", where.apps);
  take(object, "others", where.others);
  return where;
} catch (const Json::exception&) {
  return std::nullopt;
}

std::vector<std::string> apps_here() {
  std::vector<std::string> names;
  const AppOwner owner = app_owner();
  if (auto known = known_apps(owner))
    for (auto& app : *known) names.push_back(app.endpoints.app);
  if (owner.is_root && !environment_variable("MUSTER_HOME"))
    for (auto& neighbour : neighbours()) names.push_back(neighbour.app);
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace

// Root may become the user whose daemon is meant; so all of root's own is looked at before.
Where where_here(const Session& session, std::string& problem) {
  Where where;
  where.version = version;
  where.protocol = protocol_version;
  where.apps = apps_here();
  const auto all_neighbours =
      environment_variable("MUSTER_HOME") ? std::vector<Neighbour>() : neighbours();
  auto endpoints = find_endpoints(session);
  where.uid = ::geteuid();
  where.user = user_called(where.uid);
  if (!endpoints) {
    problem = endpoints.error().message;
    return where;
  }
  std::error_code error;
  where.app = endpoints->app;
  where.runtime = endpoints->runtime_dir;
  where.state = endpoints->state_dir;
  where.running = daemon_runs(*endpoints);
  where.known = where.running || std::filesystem::is_directory(endpoints->state_dir, error);
  for (auto& other : all_neighbours)
    if (!where.running && other.app == where.app) where.others.push_back(other.user);
  return where;
}

std::string where_json(const Where& where) {
  return text_of({{"app", where.app},
                  {"known", where.known},
                  {"running", where.running},
                  {"serves", where.serves},
                  {"runtime", where.runtime},
                  {"state", where.state},
                  {"version", where.version},
                  {"protocol", where.protocol},
                  {"uid", where.uid},
                  {"user", where.user},
                  {"by", where.by},
                  {"apps", where.apps},
                  {"others", where.others}}) +
         "\n";
}

std::optional<Where> where_of_output(std::string_view output) {
  std::optional<Where> last;
  while (!output.empty()) {
    const size_t end = std::min(output.find('\n'), output.size());
    if (output.starts_with('{'))
      if (auto where = where_of_line(output.substr(0, end))) last = std::move(where);
    output.remove_prefix(std::min(end + 1, output.size()));
  }
  return last;
}

std::string where_text(const Where& where) {
  const char* daemon = where.running ? "runs" : where.known ? "does not run" : "has never run here";
  return fmt::format(
      "app      {}\ndaemon   {}\nuser     {}\nruntime  {}\nstate    {}\nversion  {}\n", where.app,
      daemon, where.user, terminal_safe(where.runtime), terminal_safe(where.state), where.version);
}

}  // namespace muster
