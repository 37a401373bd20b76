// See colour.h.
#include "base/colour.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

namespace muster {
namespace {

// The dark ones first: the bright ones are hard to read on a white ground.
constexpr std::string_view palette[] = {"\x1b[36m", "\x1b[33m", "\x1b[32m", "\x1b[35m", "\x1b[34m",
                                        "\x1b[96m", "\x1b[93m", "\x1b[92m", "\x1b[95m", "\x1b[94m"};
constexpr size_t dark = 5;
constexpr std::string_view gray = "\x1b[37m";
// The names of one-offs, and of the parts of muster that speak in its log.
constexpr std::string_view no_types[] = {"run", "api", "router", "files", "logs", "muster"};

// FNV-1a: the same on every machine and for ever.
size_t place_of(std::string_view name) {
  uint32_t hash = 2166136261;
  for (char c : name) hash = (hash ^ static_cast<uint8_t>(c)) * 16777619;
  return hash % dark;
}

}  // namespace

std::optional<ColourWish> parse_colour_wish(std::string_view word) {
  if (word == "auto") return ColourWish::automatic;
  if (word == "always") return ColourWish::always;
  if (word == "never") return ColourWish::never;
  return std::nullopt;
}

bool wants_colours(
    ColourWish wish, bool is_terminal,
    const std::function<std::optional<std::string>(const std::string&)>& environment) {
  if (wish != ColourWish::automatic) return wish == ColourWish::always;
  if (!environment("NO_COLOR").value_or("").empty()) return false;
  const std::string force = environment("FORCE_COLOR").value_or("");
  if (!force.empty() && force != "0") return true;
  return is_terminal && environment("TERM").value_or("") != "dumb";
}

TypeColours::TypeColours(std::vector<std::string> types) {
  std::sort(types.begin(), types.end());
  std::array<bool, std::size(palette)> taken{};
  for (auto& type : types) {
    size_t place = place_of(type), looked_at = 0;
    while (taken[place] && looked_at++ < std::size(palette))
      place = (place + 1) % std::size(palette);
    taken[place] = true;
    colours_.emplace(type, palette[place]);
  }
}

std::string_view TypeColours::of(std::string_view process) const {
  const std::string_view type = process.substr(0, process.rfind('.'));
  if (auto known = colours_.find(type); known != colours_.end()) return known->second;
  if (std::find(std::begin(no_types), std::end(no_types), type) != std::end(no_types)) return gray;
  return palette[place_of(type)];
}

}  // namespace muster
