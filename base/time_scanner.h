// Takes what it recognises from the front of a text, in small letters or capitals; what is not
// there is not taken. A part of time_text.cc.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.h"

namespace muster {

class TimeScanner {
 public:
  explicit TimeScanner(std::string_view text) : text_(text) { skip_spaces(); }

  bool at_end() {
    skip_spaces();
    return text_.empty();
  }
  void skip_spaces() {
    while (!text_.empty() && text_.front() == ' ') text_.remove_prefix(1);
  }
  bool take(char wanted) {
    if (text_.empty() || lower(text_.front()) != wanted) return false;
    text_.remove_prefix(1);
    return true;
  }
  // The letters at the front, which may be none.
  std::string_view letters() {
    size_t length = 0;
    while (length < text_.size() && lower(text_[length]) >= 'a' && lower(text_[length]) <= 'z')
      ++length;
    const auto taken = text_.substr(0, length);
    text_.remove_prefix(length);
    return taken;
  }
  // The word `wanted`, in small letters, and nothing that merely begins with it.
  bool word(std::string_view wanted) {
    TimeScanner ahead = *this;
    if (!same(ahead.letters(), wanted)) return false;
    *this = ahead;
    return true;
  }
  // `least` to `most` digits, with a value of at most `highest`.
  std::optional<int> digits(size_t least, size_t most, int highest) {
    int value = 0;
    size_t used = 0;
    for (; used < most && used < text_.size() && is_digit(text_[used]); ++used)
      value = value * 10 + (text_[used] - '0');
    if (used < least || value > highest) return std::nullopt;
    text_.remove_prefix(used);
    return value;
  }
  std::optional<int64_t> number() {
    if (text_.empty() || !is_digit(text_.front())) return std::nullopt;
    int64_t value = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (error != std::errc()) return std::nullopt;
    text_.remove_prefix(size_t(end - text_.data()));
    return value;
  }
  struct Fraction {
    Nanos value{0};
    Nanos unit{1};  // of its last digit
  };
  // The digits behind a point; those beyond nanoseconds are dropped.
  std::optional<Fraction> fraction() {
    Fraction taken{Nanos(0), std::chrono::seconds(1)};
    size_t used = 0;
    for (; used < text_.size() && is_digit(text_[used]); ++used) {
      if (taken.unit == Nanos(1)) continue;
      taken.unit /= 10;
      taken.value += (text_[used] - '0') * taken.unit;
    }
    if (used == 0) return std::nullopt;
    text_.remove_prefix(used);
    return taken;
  }

  static bool same(std::string_view text, std::string_view in_small_letters) {
    if (text.size() != in_small_letters.size()) return false;
    for (size_t i = 0; i < text.size(); ++i)
      if (lower(text[i]) != in_small_letters[i]) return false;
    return true;
  }

 private:
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  static char lower(char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; }

  std::string_view text_;
};

}  // namespace muster
