// See process_name.h.
#include "proto/process_name.h"

#include <algorithm>
#include <charconv>

#include "proto/limits.h"

namespace muster {

bool is_type_name(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  return !text.empty() && text.size() <= limits::type_name &&
         std::all_of(text.begin(), text.end(), allowed);
}

std::optional<ProcessName> parse_process_name(std::string_view text) {
  const size_t dot = text.find('.');
  if (dot == text.npos || !is_type_name(text.substr(0, dot))) return std::nullopt;
  const std::string_view digits = text.substr(dot + 1);
  if (digits.empty() || digits.front() < '1' || digits.front() > '9') return std::nullopt;
  uint32_t number = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return ProcessName{std::string(text.substr(0, dot)), number};
}

}  // namespace muster
