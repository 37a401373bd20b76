// See ignore_rules.h. The grammar is that of gitignore(5).
#include "daemon/config/ignore_rules.h"

#include <fnmatch.h>
#include <algorithm>
#include <span>

namespace muster {
namespace {

// Each pattern is asked for each file.
constexpr size_t most_rules = 2000, most_segments = 32;

using Segments = std::span<const std::string>;

std::vector<std::string> segments_of(std::string_view text) {
  std::vector<std::string> segments;
  for (;;) {
    const size_t end = std::min(text.find('/'), text.size());
    segments.emplace_back(text.substr(0, end));
    if (end == text.size()) return segments;
    text.remove_prefix(end + 1);
  }
}

bool fits(Segments pattern, Segments path) {
  if (pattern.empty()) return path.empty();
  if (pattern.front() == "**") {
    // At the end it stands for all that is inside.
    if (pattern.size() == 1) return !path.empty();
    for (size_t skipped = 0; skipped <= path.size(); skipped++)
      if (fits(pattern.subspan(1), path.subspan(skipped))) return true;
    return false;
  }
  return !path.empty() && fnmatch(pattern.front().c_str(), path.front().c_str(), 0) == 0 &&
         fits(pattern.subspan(1), path.subspan(1));
}

std::string_view without_trailing_blanks(std::string_view line) {
  while (line.ends_with('\r')) line.remove_suffix(1);
  while (line.ends_with(' ') && !line.ends_with("\\ ")) line.remove_suffix(1);
  return line;
}

}  // namespace

void IgnoreRules::add(std::string_view text, const std::string& base) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = without_trailing_blanks(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    Rule rule{base.empty() ? "" : base + '/', {}, false, false, line.front() == '!'};
    if (rule.takes_back) line.remove_prefix(1);
    rule.directories_only = line.ends_with('/');
    if (rule.directories_only) line.remove_suffix(1);
    rule.is_anchored = line.find('/') != line.npos;
    if (line.starts_with('/')) line.remove_prefix(1);
    if (line.empty()) continue;
    rule.segments = segments_of(line);
    const auto& segments = rule.segments;
    // Two of them would be tried at each pair of places.
    if (std::count(segments.begin(), segments.end(), "**") > 2) continue;
    if (segments.size() <= most_segments && rules_.size() < most_rules)
      rules_.push_back(std::move(rule));
  }
}

bool IgnoreRules::matches(const Rule& rule, std::string_view path) {
  if (!path.starts_with(rule.base)) return false;
  path.remove_prefix(rule.base.size());
  const auto segments = segments_of(path);
  if (!rule.is_anchored)
    return fnmatch(rule.segments.front().c_str(), segments.back().c_str(), 0) == 0;
  return fits(rule.segments, segments);
}

bool IgnoreRules::ignores(std::string_view path, bool is_directory) const {
  for (auto rule = rules_.rbegin(); rule != rules_.rend(); ++rule)
    if ((is_directory || !rule->directories_only) && matches(*rule, path)) return !rule->takes_back;
  return false;
}

}  // namespace muster
