// The surroundings of a verb: the app that is meant, where it prints, and how it asks that app's
// daemon. Prints nothing by itself but what a verb hands to `tell`.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "base/colour.h"
#include "base/options.h"
#include "ctl/exit_code.h"
#include "ctl/output.h"
#include "proto/client.h"
#include "proto/endpoints.h"
#include "proto/message.h"
#include "proto/naming.h"

namespace muster {

// A daemon on another machine, as it was found by this command.
struct FarDaemon {
  std::optional<Endpoints> endpoints;
  bool is_down = false;  // the app is there, and its daemon does not run
};

struct Session {
  std::optional<std::string> app;  // -a
  Output& out;
  ColourWish colour = ColourWish::automatic;  // --color
  // The hint of the daemon beside its answers; told when the verb is over.
  std::shared_ptr<std::string> hint = std::make_shared<std::string>();
  std::optional<std::string> host = {};  // -H
  bool is_here = false;                  // whatever the host is, this machine is meant
  bool quiet = false;                    // the user is asked for nothing on the way to the host
  std::shared_ptr<FarDaemon> far = std::make_shared<FarDaemon>();
};

// The options of every verb.
void add_common(Options& options, Session& session);

// Whether what goes to stdout is coloured.
bool has_colours(const Session& session);
// The types of the app; none where its daemon does not answer.
std::vector<std::string> types_of_app(const Session& session);

// Prints ` !    MESSAGE` to stderr, each line of it so.
void tell(std::string_view message);

std::optional<std::string> environment_variable(const std::string& name);

AppOwner app_owner();
// The endpoints of the app that is meant: -a, $MUSTER_APP, or the app of the nearest Procfile
// upward, which is never the app of another directory. Where root has none of that name but a
// user's daemon runs it that root has given its place, this program goes on as that user. With a
// host they are the sockets of a daemon there, brought here.
Outcome<Endpoints> find_endpoints(const Session& session);

Failure failure_of(const ClientError& error);
Failure failure_of(const RefusedReply& refused);

// A question to the daemon. A refusal is a failure.
Outcome<ReplyBody> ask_any(const Session& session, const RequestBody& body, Nanos timeout,
                           const Pulse& pulse = {});

template <class T>
Outcome<T> expected_reply(Outcome<ReplyBody> reply) {
  if (!reply) return tl::unexpected(reply.error());
  if (auto* expected = std::get_if<T>(&*reply)) return std::move(*expected);
  return failure(ExitCode::no,
                 "the daemon answered something else; compare the versions: ctl version");
}

template <class T>
Outcome<T> ask(const Session& session, const RequestBody& body, Nanos timeout) {
  return expected_reply<T>(ask_any(session, body, timeout));
}

// How long a question may take that the daemon answers from what it knows: 10 s.
extern const Nanos short_timeout;
// How many seconds a verb waits for processes to stop or start: the usual grace, and then some.
inline constexpr double wait_seconds = 60;

inline Nanos nanos_of(double seconds) {
  return std::chrono::duration_cast<Nanos>(std::chrono::duration<double>(seconds));
}

}  // namespace muster
