// The name of one place in the formation: `web.1`. Ordered by type, then by number.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace muster {

struct ProcessName {
  std::string type;
  uint32_t number = 0;

  auto operator<=>(const ProcessName&) const = default;
  std::string text() const { return type + '.' + std::to_string(number); }
};

// [A-Za-z0-9_-]{1,63}: what may stand before the colon of a Procfile.
bool is_type_name(std::string_view text);

// `web.1` with a number from 1 on; nothing else.
std::optional<ProcessName> parse_process_name(std::string_view text);

// The type of one-off processes; a Procfile may not use it.
inline constexpr std::string_view one_off_type = "run";

}  // namespace muster
