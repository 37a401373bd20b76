// See loss_text.h.
#include "proto/loss_text.h"

#include <fmt/format.h>

namespace muster {
namespace {

// "5 lines (3 to 7)", "some of the lines 3 to 7", "records 3 to 7".
std::string lines_of(const LostRecords& lost) {
  const auto& [first, last] = lost.records;
  const auto& first_line = lost.loss.first_line;
  const auto& last_line = lost.loss.last_line;
  const std::string some = lost.is_filtered ? "some of the " : "";
  if (!last_line || (first_line && *first_line > *last_line))
    return first == last ? fmt::format("record {}", first)
                         : fmt::format("{}records {} to {}", some, first, last);
  if (!first_line) return fmt::format("{}lines up to line {}", some, *last_line);
  const uint64_t count = *last_line - *first_line + 1;
  if (lost.is_filtered) return fmt::format("some of the lines {} to {}", *first_line, *last_line);
  if (count == 1) return fmt::format("1 line ({})", *first_line);
  return fmt::format("{} lines ({} to {})", count, *first_line, *last_line);
}

std::string reason_of(const LostRecords& lost) {
  if (lost.loss.cause == "damage") return "the journal is damaged there";
  if (lost.loss.cause == "both")
    return "the oldest were deleted to keep the journal within its limits, and the journal is "
           "damaged behind them";
  return lost.came_late
             ? "this reader was too slow, and they were deleted to keep the journal within its "
               "limits"
             : "deleted to keep the journal within its limits";
}

}  // namespace

std::string cause_of(const LostRecords& lost) {
  const bool slow = lost.came_late && lost.loss.cause != "damage";
  return slow ? "slow reader" : lost.loss.cause;
}

std::string text_of(const LostRecords& lost) {
  const std::string follows =
      lost.loss.before ? "; the log goes on at " + format_utc(*lost.loss.before) : "";
  const std::string seqs = fmt::format(" (seq {} to {})", lost.records.first, lost.records.second);
  if (cause_of(lost) == "slow reader")
    return fmt::format("Error L11 (Tail buffer overflow) -> This tail session dropped {}: {}{}{}",
                       lines_of(lost), reason_of(lost), follows, seqs);
  return fmt::format("Not in the log any more: {}, {}{}{}", lines_of(lost), reason_of(lost),
                     follows, seqs);
}

}  // namespace muster
