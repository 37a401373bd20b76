// A public or secret key of CURVE as people see it: `mk1`, 52 characters of base32 and two of a
// checksum. Keeps: a text with one wrong character, or two that are exchanged, is no key.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace muster {

inline constexpr size_t key_bytes = 32;

// `key` has key_bytes bytes.
std::string key_text(std::string_view key);
// It is nothing if the text is that of no key. Capital letters are taken too.
std::optional<std::string> key_of_text(std::string_view text);
// Six words that people compare by telephone: "kogut-mavis-...". They are the first 96 bits of the
// key, sixteen in a word of proquint, which need no hash: a public key has no part that its maker
// could choose. `key` has key_bytes bytes.
std::string key_words(std::string_view key);
// The words of a key that is written as `text`; empty if that is no key.
std::string words_of_key_text(std::string_view text);
// Returns as much of it as a line of a log has: "mk1abcdefgh".
std::string brief_key(std::string_view key);

}  // namespace muster
