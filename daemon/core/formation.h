// The wish: how many processes of each type should run. Plain arithmetic on counts; what is done
// about a difference is the driver's business. Keeps: exactly the model's types are in it, and
// their sum is within limits::processes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "daemon/core/types.h"
#include "proto/message.h"
#include "proto/process_name.h"

namespace muster {

template <class T>
using Verdict = tl::expected<T, RefusedReply>;

// `web=2`, `worker+1`, `clock-1`: ^([A-Za-z0-9_-]+)([=+-]\d+)$
struct ScaleWord {
  enum class Kind : uint8_t { absolute, relative };
  std::string type;
  Kind kind;
  int64_t number;  // signed if relative; far above every limit if there were too many digits
  bool operator==(const ScaleWord&) const = default;
};
std::optional<ScaleWord> parse_scale_word(std::string_view word);

struct ScalePlan {
  std::vector<std::pair<std::string, uint32_t>> changed;  // each named type once, as first named
  FormationCounts formation;                              // the whole one
};
// All or nothing. Words apply from left to right, so of `web=3 web=5` the last counts, `web+1
// web+1` adds two, and only what comes out at the end must be within the limits.
Verdict<ScalePlan> plan_scale(const std::vector<std::string>& words,
                              const FormationCounts& formation);

// Why a plan cannot be, if it has more processes of a type than there may be.
std::optional<RefusedReply> refuse_more_than_allowed(const ScalePlan& plan, const Types& types);

// The counts for exactly the types of a model: those that `wish` lacks get 0, those that the model
// lacks go, and what is over the limit is cut, as is what of a type there may not be.
FormationCounts fitted(const FormationCounts& wish, const Types& types);

// The formation that is wished where the types are other ones than before: of `web`, if it is new,
// 1, as on a first deploy.
FormationCounts wish_for(const Types& types, FormationCounts wished);

// "web=2, worker=1": alphabetical, zeros included.
std::string formation_text(const FormationCounts& formation);

inline bool includes(const FormationCounts& formation, const ProcessName& process) {
  auto it = formation.find(process.type);
  return it != formation.end() && process.number <= it->second;
}

// "No such type as zookeeper; there are clock, web, worker".
std::string no_such_type(std::string_view type, const FormationCounts& formation);

}  // namespace muster
