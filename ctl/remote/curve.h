// The way to a daemon that listens itself: our own key, in a file of the user's configuration, and
// the key of the server. Keeps: a secret that others can read is not used, and nothing is said to a
// server whose key is not known.
#pragma once

#include <string>

#include "base/zmq/curve.h"
#include "ctl/exit_code.h"
#include "ctl/remote/host.h"

namespace muster {

// ~/.config/muster/key; $MUSTER_KEY_FILE names another one.
Outcome<std::string> own_key_file();
Outcome<CurvePair> read_own_key();
// Fails if there is one already.
Outcome<CurvePair> make_own_key();

// Finds a daemon that answers; with an `app`, only if it is that app's.
Outcome<Endpoints> curve_endpoints(const FarHost& host, const std::string& app);

}  // namespace muster
