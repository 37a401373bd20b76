// See diagnosis.h. ssh has one exit status for all its own failures, so its words decide.
#include "ctl/remote/diagnosis.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "proto/message.h"
#include "proto/version.h"

namespace muster {
namespace {

constexpr std::string_view unreachable[] = {"Could not resolve",
                                            "Connection refused",
                                            "timed out",
                                            "No route to host",
                                            "unreachable",
                                            "Connection reset",
                                            "Name or service",
                                            "UNKNOWN port",
                                            "Connection closed",
                                            "Temporary failure in",
                                            "kex_exchange_identification"};
constexpr std::string_view refused[] = {"Permission denied",
                                        "Host key verification failed",
                                        "Too many authentication failures",
                                        "REMOTE HOST IDENTIFICATION",
                                        "No supported authentication",
                                        "no matching"};

template <size_t n>
bool has_any(const std::string& text, const std::string_view (&words)[n]) {
  for (const std::string_view word : words)
    if (text.find(word) != text.npos) return true;
  return false;
}

std::string list_of(const std::vector<std::string>& apps) {
  return apps.empty() ? "there is none" : fmt::format("there are: {}", fmt::join(apps, ", "));
}

std::string with_lines(const std::string& head, const std::string& said) {
  const std::string lines = last_lines(said);
  return lines.empty() ? head : head + ":\n" + lines;
}

}  // namespace

Failure why_ssh_failed(const FarHost& host, const Ssh::Done& done, const std::string& path) {
  const std::string url = host.url();
  if (!done.in_time) return {ExitCode::timeout, fmt::format("{} does not answer in time", url)};
  if (done.status == ssh_failed) {
    const bool is_refused = has_any(done.err, refused);
    const char* what = is_refused                       ? "ssh is not let in at {}"
                       : has_any(done.err, unreachable) ? "{} cannot be reached"
                                                        : "ssh to {} has failed";
    return {ExitCode::no_daemon, with_lines(fmt::format(fmt::runtime(what), url), done.err)};
  }
  if (done.status == not_found_there || done.status == not_executable_there) {
    std::string text = with_lines(fmt::format("there is no ctl on {}", url), done.err);
    text += "\nInstall Muster there, or put its ctl where commands over ssh find it";
    if (!path.empty()) text += "; their PATH is: " + path;
    return {ExitCode::no_daemon, text};
  }
  if (done.err.find("is not a verb of ctl") != std::string::npos)
    return {ExitCode::no, fmt::format("the ctl on {} is too old to be asked from another machine; "
                                      "upgrade Muster there to {}",
                                      url, version)};
  return {ExitCode::no,
          with_lines(fmt::format("`ctl where` on {} has failed with status {}", url, done.status),
                     done.err + done.out)};
}

Failure why_no_far_daemon(const FarHost& host, const std::string& app, const Where& where) {
  const std::string url = host.url();
  if (app.empty())
    return {ExitCode::usage, fmt::format("no app is named: say which with -a APP or as {}/APP; {}",
                                         url, list_of(where.apps))};
  if (!where.others.empty()) {
    FarHost theirs = host;
    theirs.user = where.others.front();
    return {ExitCode::no_daemon,
            fmt::format("the daemon of app '{}' on {} belongs to user {}, and not to user {}: ask "
                        "with -H {}/{}",
                        app, url, fmt::join(where.others, ", "), where.user, theirs.url(), app)};
  }
  if (!where.known)
    return {ExitCode::no_daemon, fmt::format("there is no app '{}' on {} for user {}; {}", app, url,
                                             where.user, list_of(where.apps))};
  return {ExitCode::no_daemon,
          fmt::format("no daemon runs for app '{}' on {}; start one there in its directory with: "
                      "musterd -d",
                      app, url)};
}

std::string difference_of_versions(const FarHost& host, const std::string& ctl,
                                   const FarSide& far) {
  if (!far.version.empty() && far.protocol != protocol_version)
    return fmt::format(
        "musterd on {} is {} and speaks protocol {}, this ctl is {} and speaks {}: "
        "some of it may not work",
        host.url(), far.version, far.protocol, version, protocol_version);
  if (!far.version.empty() && far.version != version)
    return fmt::format(
        "musterd on {} is {}, this ctl is {}: what one of them does not know will "
        "not work",
        host.url(), far.version, version);
  if (!ctl.empty() && ctl != version)
    return fmt::format(
        "ctl on {} is {}, this ctl is {}: what one of them does not know will not "
        "work",
        host.url(), ctl, version);
  return {};
}

}  // namespace muster
