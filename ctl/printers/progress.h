// `Restarting web processes... done`: what is being done while it is waited for, then how it ended.
// Words only; it waits for nothing itself.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace muster {

// `Restarting processes... `, `Restarting web processes... ` or `Restarting web.1 process... `, one
// for each name in order; one for all if there are none.
std::vector<std::string> progress_heads(std::string_view doing,
                                        const std::vector<std::string>& names);

}  // namespace muster
