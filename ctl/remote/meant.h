// Which machine and which app on it a command means, and the ways of a verb to it. The machine is
// -H, else $MUSTER_HOST, else this one, which an empty -H means too.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ctl/remote/host.h"
#include "ctl/session.h"

namespace muster {

// None: this machine.
Outcome<std::optional<FarHost>> host_meant(const Session& session);

// -a, else the app of the URL, else $MUSTER_APP, else the name of the nearest directory upward that
// has a Procfile; empty if there is none of them.
std::string far_app(const Session& session, const FarHost& host);

// The sockets of its daemon, asked for once by a command.
Outcome<Endpoints> far_endpoints(const Session& session, const FarHost& host);

// The verb is run by the ctl over there, with the same words but for -H, and with `app`, unless
// that is empty or said in them.
Outcome<int> run_there(const Session& session, const FarHost& host, std::string_view verb,
                       const std::vector<std::string>& words, const std::string& app);

// The last line that `ctl WORDS` prints over there, outside of any app's directory.
Outcome<std::string> last_line_there(const Session& session, const FarHost& host,
                                     const std::vector<std::string>& words);

}  // namespace muster
