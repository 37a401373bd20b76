// The needs of types for each other: "db", "migrate:completed". Pure: looks at a model and says
// what in it cannot be. Keeps, where nothing was complained about: every type that is needed is
// there, and none needs itself by way of others.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "daemon/config/model.h"

namespace muster {

std::string_view name_of(Need::Until until);

// TYPE, which means TYPE:ready, or TYPE:started or TYPE:completed.
Result<Need> parse_need(std::string_view text);

struct NeedProblem {
  std::string type;    // whose needs they are
  std::string needed;  // the type that they name
  std::string message;
};
// A wrong need is taken out of the model.
std::vector<NeedProblem> settle_needs(AppModel& model);

}  // namespace muster
