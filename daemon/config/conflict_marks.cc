// See conflict_marks.h.
#include "daemon/config/conflict_marks.h"

#include <algorithm>

namespace muster {
namespace {

constexpr size_t mark_length = 7, shown_of_a_mark = 40;

// '<', '|', '=' or '>', where the line is a mark of it.
char mark_of(std::string_view line) {
  if (line.size() < mark_length) return 0;
  const char kind = line.front();
  if (std::string_view("<|=>").find(kind) == std::string_view::npos) return 0;
  if (line.find_first_not_of(kind) != (line.size() == mark_length ? line.npos : mark_length))
    return 0;
  if (line.size() == mark_length) return kind;
  return kind != '=' && line[mark_length] == ' ' ? kind : 0;
}

}  // namespace

std::optional<ConflictMark> conflict_mark(std::string_view text, LoneEquals lone) {
  for (uint32_t number = 1; !text.empty(); number++) {
    const size_t end = std::min(text.find_first_of("\r\n"), text.size());
    const std::string_view line = text.substr(0, end);
    const char kind = mark_of(line);
    if (kind != 0 && (kind != '=' || lone == LoneEquals::is_mark))
      return ConflictMark{number, std::string(line.substr(0, shown_of_a_mark))};
    text.remove_prefix(end);
    text.remove_prefix(text.starts_with("\r\n") ? 2 : std::min<size_t>(1, text.size()));
  }
  return std::nullopt;
}

}  // namespace muster
