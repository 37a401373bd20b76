// See key_text.h. Five bits a character, the most significant first, the last one filled up with
// zeros. The checksum is a number below 1024: 1, and for each character 33 times what it was and
// the character's value.
#include "proto/key_text.h"

#include <cstdint>

namespace muster {
namespace {

constexpr std::string_view digits = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::string_view prefix = "mk1";
constexpr unsigned digit_bits = 5, byte_bits = 8, low_digit = 31, checksums = 1024;
constexpr size_t body = (key_bytes * byte_bits + digit_bits - 1) / digit_bits, checks = 2;
constexpr size_t brief = 11;
constexpr size_t bytes_of_words = 12;

std::string checksum_of(std::string_view text) {
  unsigned sum = 1;
  for (const char c : text) sum = (sum * 33 + static_cast<unsigned>(digits.find(c))) % checksums;
  return {digits[sum >> digit_bits], digits[sum & low_digit]};
}

}  // namespace

std::string key_text(std::string_view key) {
  std::string text;
  unsigned bits = 0, count = 0;
  for (const char c : key) {
    bits = bits << byte_bits | static_cast<uint8_t>(c);
    for (count += byte_bits; count >= digit_bits; count -= digit_bits)
      text += digits[bits >> (count - digit_bits) & low_digit];
  }
  if (count > 0) text += digits[bits << (digit_bits - count) & low_digit];
  return std::string(prefix) + text + checksum_of(text);
}

std::optional<std::string> key_of_text(std::string_view given) {
  std::string text(given);
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (text.size() != prefix.size() + body + checks || !text.starts_with(prefix)) return {};
  const std::string_view all = std::string_view(text).substr(prefix.size());
  if (all.find_first_not_of(digits) != all.npos) return {};
  const std::string_view encoded = all.substr(0, body);
  if (checksum_of(encoded) != all.substr(body)) return {};
  std::string key;
  unsigned bits = 0, count = 0;
  for (const char c : encoded) {
    bits = (bits << digit_bits | static_cast<unsigned>(digits.find(c))) & 0xffff;
    if ((count += digit_bits) < byte_bits) continue;
    count -= byte_bits;
    key += static_cast<char>(bits >> count & 0xff);
  }
  if (key.size() != key_bytes || key_text(key) != text) return {};
  return key;
}

std::string key_words(std::string_view key) {
  constexpr std::string_view consonants = "bdfghjklmnprstvz", vowels = "aiou";
  std::string words;
  for (size_t i = 0; i < bytes_of_words; i += 2) {
    const unsigned bits =
        static_cast<uint8_t>(key[i]) << byte_bits | static_cast<uint8_t>(key[i + 1]);
    if (i > 0) words += '-';
    words += {consonants[bits >> 12 & 15], vowels[bits >> 10 & 3], consonants[bits >> 6 & 15],
              vowels[bits >> 4 & 3], consonants[bits & 15]};
  }
  return words;
}

std::string words_of_key_text(std::string_view text) {
  const auto key = key_of_text(text);
  return key ? key_words(*key) : "";
}

std::string brief_key(std::string_view key) { return key_text(key).substr(0, brief); }

}  // namespace muster
