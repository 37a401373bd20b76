// Bytes as people write them: pairs of hex digits, blanks ignored.
#pragma once

#include <fmt/format.h>
#include <string>
#include <string_view>

namespace muster {

inline std::string hex(std::string_view bytes) {
  std::string text;
  for (const unsigned char byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

inline std::string operator""_hex(const char* text, size_t size) {
  std::string digits(text, size);
  std::erase(digits, ' ');
  return digits;
}

inline std::string unhex(std::string_view digits) {
  std::string bytes;
  for (size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  return bytes;
}

}  // namespace muster
