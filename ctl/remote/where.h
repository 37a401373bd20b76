// Where an app's daemon is and what it is: the answer of `ctl where`, as text, and as the line of
// JSON that a ctl on another machine reads. Fields that a version does not know are left alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/session.h"

namespace muster {

struct Where {
  std::string app;     // empty: no app is meant
  bool known = false;  // the app has been run, or created
  bool running = false;
  bool serves = false;         // a key that may only ask the daemon, through `ctl serve`
  std::string runtime, state;  // directories
  std::string version;         // of ctl
  uint32_t protocol = 0;
  uint32_t uid = 0;
  std::string user;
  std::string by;                   // the name that the key has there; empty: it has none
  std::vector<std::string> apps;    // that are known
  std::vector<std::string> others;  // other users whose daemons run an app of that name
};

// The answer for the app that the session means. It has no app if none is meant; then `problem`
// says why.
Where where_here(const Session& session, std::string& problem);

std::string where_json(const Where& where);
// The last line that is one: a shell's start files may print others before it.
std::optional<Where> where_of_output(std::string_view output);
std::string where_text(const Where& where);

}  // namespace muster
