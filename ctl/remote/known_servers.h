// The keys of the servers that we know, in ~/.config/muster/known, a line each:
//
//     NAME HOST:PORT KEY [next=KEY]
//
// Keeps: a key is believed that the user has given, or that the server itself has told as its next
// one over a connection that the key before it vouches for. The file is replaced as a whole, and
// what it says about other servers stays.
#pragma once

#include <string>

#include "ctl/exit_code.h"
#include "ctl/remote/host.h"

namespace muster {

struct KnownServer {
  std::string key;   // its bytes
  std::string next;  // likewise; empty: it is not being replaced
};

// "box:5555", as the file names it.
std::string place_of(const FarHost& host);

// $XDG_CONFIG_HOME/muster/NAME or ~/.config/muster/NAME.
Outcome<std::string> config_file(std::string_view name);
// The directory of a file of ours is made with its parents, closed to others.
Outcome<> make_config_directory(const std::string& file);

// Fails for one that is not known, with words for the user.
Outcome<KnownServer> known_server(const std::string& place);
// `key` is its text. Fails if another one is known.
Outcome<> trust_server(const std::string& name, const std::string& place, const std::string& key);
// From now on the server at a place that is known has these.
Outcome<> keep_server(const std::string& place, const KnownServer& server);

}  // namespace muster
