// The word that was probably meant by one with a slip in it. Knows no vocabulary.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace muster {

// The one of `candidates` with the fewest slips from `word`, if they are few enough to be slips:
// two letters that have changed places are two.
std::optional<std::string_view> nearest(std::string_view word,
                                        const std::vector<std::string_view>& candidates,
                                        size_t most_slips = 2);

}  // namespace muster
