// Which app is meant, and what a directory's app is called. Two directories that come to one name
// never meet: the second is called NAME-2, and so on, which is kept with its state. Keeps: names
// are given under one lock, so that no two starts choose the same, even if one dies meanwhile.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "proto/identity.h"

namespace muster {

// The user whose apps they are.
struct AppOwner {
  bool is_root;
  unsigned uid;
  GetEnv env;
};

struct KnownApp {
  Endpoints endpoints;
  KeptIdentity kept;
};

// Every app that has a state directory, sorted by name.
Result<std::vector<KnownApp>> known_apps(const AppOwner& owner);

// The app that a command means: `option`, else $MUSTER_APP, else that of the nearest directory
// upward from `directory` which has a Procfile or is an app's.
struct FoundApp {
  std::string name;
  std::string directory;  // by which it was found; empty: it was named
  std::string other;      // the directory that has the name, where that is another one
};
Result<FoundApp> find_app(const std::optional<std::string>& option, const std::string& directory,
                          const AppOwner& owner);

// A name for a daemon that is started, or for a repository that is created.
struct Wanted {
  std::optional<std::string> name;  // --app
  std::optional<AppPlace> place;    // none: it belongs to no directory
  // Whether its code is one that was pushed, so that it runs from anywhere.
  std::function<bool(const Endpoints&)> is_deployed;
};
struct Claim {
  Endpoints endpoints;
  AppIdentity identity;
  std::string directory;  // from which it runs
  std::string told;       // why it is called so, where that is not what a user expects
  bool is_first = true;   // no app has a state directory yet, but for this one
  std::vector<KnownApp> others;
  UniqueFd turn;  // no other program names an app while it is open
};
// Creates nothing but the directory of all states and the lock in it.
Result<Claim> claim_app(const Wanted& wanted, const AppOwner& owner);

}  // namespace muster
