// See meant.h.
#include "ctl/remote/meant.h"

#include <fmt/format.h>
#include <unistd.h>
#include <filesystem>

#include "ctl/printers/text.h"
#include "ctl/remote/curve.h"
#include "ctl/remote/link.h"
#include "daemon/config/load.h"
#include "proto/naming.h"

namespace muster {
namespace {

bool is_said(const std::vector<std::string>& words, std::string_view brief,
             std::string_view whole) {
  for (auto& word : words)
    if (word.starts_with(whole) || (word.starts_with(brief) && !word.starts_with("--")))
      return true;
  return false;
}

// An empty word would be a question for this machine.
std::vector<std::string> without_host(const std::vector<std::string>& words) {
  std::vector<std::string> rest;
  for (size_t i = 0; i < words.size(); i++) {
    const std::string& word = words[i];
    if (word == "-H" || word == "--host")
      i++;
    else if (!word.starts_with("-H") && !word.starts_with("--host="))
      rest.push_back(word);
  }
  return rest;
}

Outcome<FarLink> link_to(const Session& session, const FarHost& host, const std::string& app) {
  if (!app.empty() && !is_app_name(app))
    return failure(ExitCode::usage, fmt::format("'{}' cannot be an app's name", app));
  if (host.by_curve)
    return failure(ExitCode::usage, fmt::format("this is done by the ctl over there, which {} does "
                                                "not lead to: use ssh://",
                                                host.url()));
  return FarLink::to(host, app, session.quiet);
}

}  // namespace

Outcome<std::optional<FarHost>> host_meant(const Session& session) {
  if (session.is_here) return std::nullopt;
  const std::string word = session.host.value_or(environment_variable("MUSTER_HOST").value_or(""));
  if (word.empty()) return std::nullopt;
  auto host = host_called(word, environment_variable);
  if (host) return std::move(*host);
  return failure(ExitCode::usage,
                 (session.host ? "-H: " : "MUSTER_HOST: ") + terminal_safe(host.message()));
}

std::string far_app(const Session& session, const FarHost& host) {
  if (session.app) return *session.app;
  if (!host.app.empty()) return host.app;
  if (auto named = environment_variable("MUSTER_APP"); named && !named->empty()) return *named;
  const auto directory = directory_with_procfile(".");
  return directory ? app_name_of(*directory) : "";
}

Outcome<Endpoints> far_endpoints(const Session& session, const FarHost& host) {
  auto& found = *session.far;
  if (found.endpoints) return *found.endpoints;
  if (host.by_curve) {
    auto endpoints = curve_endpoints(host, far_app(session, host));
    if (endpoints) found.endpoints = *endpoints;
    return endpoints;
  }
  auto link = link_to(session, host, far_app(session, host));
  if (!link) return tl::unexpected(link.error());
  auto endpoints = link->open();
  found.is_down = link->is_down();
  if (endpoints) found.endpoints = *endpoints;
  return endpoints;
}

Outcome<int> run_there(const Session& session, const FarHost& host, std::string_view verb,
                       const std::vector<std::string>& words, const std::string& app) {
  auto link = link_to(session, host, app);
  if (!link) return tl::unexpected(link.error());
  std::vector<std::string> line = {std::string(verb)};
  if (!app.empty() && !is_said(words, "-a", "--app")) line.insert(line.end(), {"-a", app});
  for (auto& word : without_host(words)) line.push_back(word);
  return link->run_there(line);
}

Outcome<std::string> last_line_there(const Session& session, const FarHost& host,
                                     const std::vector<std::string>& words) {
  auto link = link_to(session, host, "");
  if (!link) return tl::unexpected(link.error());
  auto output = link->output_there(words);
  if (!output) return output;
  while (output->ends_with('\n')) output->pop_back();
  const size_t begin = output->rfind('\n');
  return begin == output->npos ? *output : output->substr(begin + 1);
}

}  // namespace muster
