// Lists for people: bounded, because a thousand names are of no help and every text has a limit.
#pragma once

#include <fmt/format.h>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

// "a, b, c", or "a, b, ... and 90 more".
inline std::string listing(const std::vector<std::string>& items, std::string_view between = ", ") {
  constexpr size_t most = 12;
  std::string text;
  for (size_t i = 0; i < items.size() && i < most; i++) {
    if (i > 0) text += between;
    text += items[i];
  }
  if (items.size() > most) text += fmt::format("{}and {} more", between, items.size() - most);
  return text;
}

}  // namespace muster
