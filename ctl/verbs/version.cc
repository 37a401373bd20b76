// ctl version: of both programs. Works without a daemon, and says so.
#include "proto/version.h"

#include <fmt/format.h>

#include "ctl/remote/meant.h"
#include "ctl/verbs/verbs.h"

namespace muster {
namespace {

class Version : public Verb {
 public:
  void add_options(Options&) override {}

  Outcome<int> run(Session& session) override {
    session.out.write(fmt::format("ctl {} (protocol {})\n", version, protocol_version));
    // The app that is meant matters only to a user who has named one.
    auto endpoints = find_endpoints(session);
    const auto host = host_meant(session);
    const bool is_far = !host || *host;
    if (!endpoints && (session.app || is_far) && !session.far->is_down)
      return tl::unexpected(endpoints.error());
    if (!endpoints || !daemon_runs(*endpoints)) {
      session.out.write("musterd is not running\n");
      return status_done;
    }
    auto reply = ask<VersionReply>(session, VersionRequest{}, short_timeout);
    if (!reply) return tl::unexpected(reply.error());
    session.out.write(fmt::format("musterd {} (protocol {})\n", reply->version, reply->protocol));
    return status_done;
  }
};

}  // namespace

std::unique_ptr<Verb> make_version() { return std::make_unique<Version>(); }

}  // namespace muster
