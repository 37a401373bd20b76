// See nearest.h.
#include "base/nearest.h"

#include <algorithm>
#include <utility>

namespace muster {
namespace {

constexpr size_t longest_guess = 64;  // nothing longer is a word with a slip in it

// Levenshtein's: letters to insert, delete or replace.
size_t edits_between(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::optional<std::string_view> nearest(std::string_view word,
                                        const std::vector<std::string_view>& candidates,
                                        size_t most_slips) {
  if (word.size() > longest_guess) return std::nullopt;
  // A word of two letters must have one of them right.
  size_t fewest = std::min(most_slips, std::max<size_t>(word.size(), 2) - 1) + 1;
  std::optional<std::string_view> best;
  for (auto candidate : candidates)
    if (const size_t slips = edits_between(word, candidate); slips < fewest) {
      fewest = slips;
      best = candidate;
    }
  return best;
}

}  // namespace muster
