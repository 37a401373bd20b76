// Finds the lines in a span of a stream's bytes: cuts at newlines, and into pieces what is longer
// than limits::line_piece. Pure; views point into the span; nothing is copied.
#pragma once

#include <string_view>
#include <vector>

#include "proto/record.h"

namespace muster {

struct Batch {
  size_t bytes = 0;  // of the span that are in the lines, newlines included; 0: no line is over yet
  Tail tail = Tail::newline;
};

// Puts into `lines` what is at the front of `bytes`, up to the last line that is over, or up to and
// including the first piece of a line that is too long. To be called again with the rest while
// something is found; what remains then is at most limits::line_piece bytes of an unfinished line.
// The first `known` bytes are known to have no newline in them.
Batch split(std::string_view bytes, size_t known, std::vector<std::string_view>& lines);

// Puts the whole of an unfinished line into `lines`; `tail` says why it is not waited for.
Batch split_unfinished(std::string_view bytes, Tail tail, std::vector<std::string_view>& lines);

}  // namespace muster
