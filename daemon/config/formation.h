// Formations as text: what -m takes, and the form that is printed, typed back in and kept on disk.
// Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "daemon/config/model.h"
#include "proto/record.h"

namespace muster {

// `web=2,worker=1` as given to -m, blanks ignored. A type that is not named gets none, or N where
// `all=N` is among the words. Malformed words, unknown and repeated types, and more processes than
// limits::processes are errors.
Result<FormationCounts> parse_formation_option(std::string_view text,
                                               const std::vector<ProcessType>& types);

// The formation of an app that has never been started has one process of each type.
FormationCounts one_of_each(const std::vector<ProcessType>& types);

// `web=2 worker=1` and back, by name. Reading takes any white space and trusts nothing else.
std::string format_formation(const FormationCounts& formation);
Result<FormationCounts> parse_formation(std::string_view text);

}  // namespace muster
