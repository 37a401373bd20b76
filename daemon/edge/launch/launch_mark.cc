// See launch_mark.h. The message is always one word of eight bytes, so what the hash does for
// others is left out.
#include "daemon/edge/launch/launch_mark.h"

#include <fmt/format.h>
#include <sys/random.h>
#include <bit>
#include <charconv>
#include <cstdint>
#include <optional>

namespace muster {
namespace {

constexpr size_t digits = 16;  // of a word of 64 bits

struct SipState {
  uint64_t a, b, c, d;
  void round() {
    a += b, b = std::rotl(b, 13) ^ a, a = std::rotl(a, 32);
    c += d, d = std::rotl(d, 16) ^ c;
    a += d, d = std::rotl(d, 21) ^ a;
    c += b, b = std::rotl(b, 17) ^ c, c = std::rotl(c, 32);
  }
  void take(uint64_t word) {
    d ^= word;
    round(), round();
    a ^= word;
  }
};

uint64_t hash(uint64_t low, uint64_t high, uint64_t word) {
  SipState state{low ^ 0x736f6d6570736575, high ^ 0x646f72616e646f6d, low ^ 0x6c7967656e657261,
                 high ^ 0x7465646279746573};
  state.take(word);
  state.take(sizeof word << 56);
  state.c ^= 0xff;
  for (int i = 0; i < 4; i++) state.round();
  return state.a ^ state.b ^ state.c ^ state.d;
}

std::optional<uint64_t> word_in(std::string_view text) {
  uint64_t word = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), word, 16);
  if (error != std::errc() || end != text.data() + text.size()) return {};
  return word;
}

}  // namespace

std::string mark_of(std::string_view secret, LaunchId launch) {
  if (secret.size() != 2 * digits) return {};
  const auto low = word_in(secret.substr(0, digits)), high = word_in(secret.substr(digits));
  return low && high ? fmt::format("{:016x}", hash(*low, *high, launch)) : std::string();
}

std::string new_secret() {
  uint64_t words[2] = {};
  if (getrandom(words, sizeof words, 0) != sizeof words) return {};
  return fmt::format("{:016x}{:016x}", words[0], words[1]);
}

}  // namespace muster
