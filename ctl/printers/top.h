// What each process uses now: two samples of the table and the time between them to one picture.
// Pure.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "proto/message.h"

namespace muster {

enum class TopOrder { cpu, memory, name };

// A line of totals, a header and a row each, the most first. `before` may lack rows, and have
// others.
std::string top_table(const std::vector<ProcessRow>& before, const std::vector<ProcessRow>& now,
                      Nanos between, TopOrder order);

}  // namespace muster
