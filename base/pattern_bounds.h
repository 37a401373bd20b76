// How much an extended regular expression of POSIX asks of the C library before it is handed to it:
// the library writes repetitions out and goes as deep as the expression does, without any limit of
// its own. Pure: reads the text and nothing else, and need not know whether it is an expression.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/result.h"

namespace muster {

struct PatternBounds {
  static constexpr size_t bytes = 1 << 10;
  static constexpr size_t nesting = 32;        // of parentheses: each is a call on the stack
  static constexpr size_t repetitions = 1000;  // of one element, those round it multiplied
  // With its repetitions written out: the library's time and memory grow with the square of it, to
  // some 35 MB here.
  static constexpr size_t written_out = 2048;
};

// An error is a part of a sentence that says which bound is broken.
Result<> within_bounds(std::string_view expression);

// `\1` and the like: with them a search may take for ever.
bool has_back_reference(std::string_view expression);

}  // namespace muster
