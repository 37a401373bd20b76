// A number for a text: the same on every machine and for ever, so it may name files and be kept.
// FNV-1a of 64 bits, and never 0. Not safe against an author who wants two texts to be alike.
#pragma once

#include <cstdint>
#include <string_view>

namespace muster {

constexpr uint64_t digest_of(std::string_view text) {
  uint64_t digest = 0xcbf29ce484222325;
  for (const char c : text) digest = (digest ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return digest == 0 ? 1 : digest;
}

}  // namespace muster
