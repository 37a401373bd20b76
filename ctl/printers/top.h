// The resources that each process uses now: two samples of the table and the time between them to
// one picture. Pure.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "proto/message.h"

namespace muster {

enum class TopOrder { cpu, memory, name, age, restarts };

// A line of totals, one of `hint`, a header and a row each, the most first, or the least. The
// command comes last, so that it has what is left of the line. `before` may lack rows, and have
// others.
std::string top_table(const std::vector<ProcessRow>& before, const std::vector<ProcessRow>& now,
                      Nanos between, TopOrder order, bool is_reversed = false,
                      const std::string& hint = {});

}  // namespace muster
