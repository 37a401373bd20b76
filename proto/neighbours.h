// Daemons of other users. The kernel's table of sockets shows every user where they listen; only
// root may go there, and does so as the user whose daemon it is.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "proto/naming.h"

namespace muster {

struct Neighbour {
  std::string app, runtime_dir;
  unsigned uid = 0;
  std::string user;
  // The variables by which that user's own programs find the app; all others of this kind are
  // unset.
  std::map<std::string, std::string> environment = {};
};

// The name of a user, else the number.
std::string user_called(unsigned uid);

// Those that listen now, of every user but this one, sorted by app and user.
std::vector<Neighbour> neighbours();

// Where users other than root keep states of apps: in their homes, and below /var/lib/muster-NAME,
// as the unit of systemd has it. For root.
std::vector<AppOwner> other_owners();

// From now on this program is that user's, for good. For root.
Result<> become(const Neighbour& neighbour);

}  // namespace muster
