// The step at which a launch failed to start, and the reason. Knows no launches.
#pragma once

#include <string>
#include <tl/expected.hpp>

namespace muster {

struct StartFailure {
  std::string stage;
  int error_number;  // 0: the stage says it all
};
template <class T>
using StartResult = tl::expected<T, StartFailure>;

}  // namespace muster
