// The user and groups that a process is to have: names and numbers of muster.toml as the kernel
// wants them, looked up anew for each launch, because users come and go. May wait, where this
// machine asks others for its users; an app that has not asked for a user does not pay for it.
#pragma once

#include <sys/types.h>
#include <optional>
#include <string>
#include <vector>

#include "daemon/config/settings.h"
#include "daemon/edge/linux/start_failure.h"

namespace muster {

struct Person {
  std::optional<uid_t> user;
  std::optional<gid_t> group;
  std::vector<gid_t> groups;      // with `user`: all that it is in
  std::string name, home, shell;  // where the user has them
};

// It is empty where nothing is to be changed: no account is asked for, or it is our own.
StartResult<Person> find_account(const Account& account);

}  // namespace muster
