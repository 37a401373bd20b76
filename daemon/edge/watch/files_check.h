// Whether the app's files could be taken as they are now, found out without taking them. They are
// read by a child, so that a text at which a parser dies, or never ends, is no more than wrong.
#pragma once

#include <string>

#include "daemon/config/load.h"

namespace muster {

struct FilesCheck {
  enum class Outcome { same, changed, wrong } outcome = Outcome::same;
  std::string why;  // they are wrong
};

// Against the model that is in force. Takes two seconds at most. Forks: only while this program has
// no other thread.
FilesCheck check_files(const ModelFiles& files, const AppModel& in_force);

}  // namespace muster
