// See pace.h.
#include "base/pace.h"

#include <charconv>
#include <cstdlib>
#include <cstring>

namespace muster {

Nanos paced(const char* variable, Nanos usual) {
  // More is no time that a test waits, and could not be counted in nanoseconds.
  constexpr int64_t longest = 86'400'000;
  const char* text = std::getenv(variable);
  if (!text) return usual;
  int64_t number = -1;
  const char* const last = text + std::strlen(text);
  const auto [end, error] = std::from_chars(text, last, number);
  const bool well = error == std::errc() && end == last && number >= 0 && number <= longest;
  return well ? std::chrono::milliseconds(number) : usual;
}

}  // namespace muster
