// See colour_codes.h.
#include "base/colour_codes.h"

#include <cstdint>
#include <vector>

#include "base/colour.h"

namespace muster {
namespace {

constexpr std::string_view introducer = "\x1b[";
constexpr size_t most_digits = 3;
constexpr int highest = 255;
constexpr int true_colours = 1 << 24;
constexpr std::string_view usual_colours = "\x1b[39;49m";

struct Code {
  enum Kind { wrong, reset, foreground, ground, other } kind = wrong;
  int colour = -1;  // -1: the usual one
};

// Digits and semicolons to numbers; a missing number is 0. It is nothing if one is too large.
std::vector<int> numbers_of(std::string_view text, bool& well) {
  std::vector<int> numbers{0};
  size_t digits = 0;
  well = true;
  for (char c : text) {
    if (c == ';') {
      numbers.push_back(0);
      digits = 0;
    } else if (c >= '0' && c <= '9' && ++digits <= most_digits) {
      numbers.back() = numbers.back() * 10 + (c - '0');
    } else {
      well = false;
    }
    well = well && numbers.back() <= highest;
  }
  return numbers;
}

// `5;N` or `2;R;G;B`, from `at` on, which is moved behind it.
int long_colour(const std::vector<int>& numbers, size_t& at) {
  const size_t left = numbers.size() - at;
  if (left >= 2 && numbers[at] == 5) {
    at += 2;
    return numbers[at - 1];
  }
  if (left < 4 || numbers[at] != 2) return -1;
  at += 4;
  return true_colours | numbers[at - 3] << 16 | numbers[at - 2] << 8 | numbers[at - 1];
}

// The next code of a sequence, from `at` on, which is moved behind it.
Code next_code(const std::vector<int>& numbers, size_t& at) {
  constexpr int bright = 8;  // where the bright colours begin in the palette
  const int number = numbers[at++];
  if (number == 0) return {Code::reset};
  if (number == 38 || number == 48 || number == 58) {
    const int colour = long_colour(numbers, at);
    if (colour < 0) return {Code::wrong};
    return {number == 38 ? Code::foreground : number == 48 ? Code::ground : Code::other, colour};
  }
  if (number >= 30 && number <= 37) return {Code::foreground, number - 30};
  if (number == 39) return {Code::foreground};
  if (number >= 40 && number <= 47) return {Code::ground, number - 40};
  if (number == 49) return {Code::ground};
  if (number >= 90 && number <= 97) return {Code::foreground, bright + number - 90};
  if (number >= 100 && number <= 107) return {Code::ground, bright + number - 100};
  // Bold, faint, italic, underlined, blinking, inverse, crossed out, overlined, and their ends.
  const bool harmless = number <= 7 || number == 9 || number == 10 ||
                        (number >= 21 && number <= 29 && number != 26) || number == 53 ||
                        number == 55 || number == 59;
  return {harmless ? Code::other : Code::wrong};
}

std::string_view inside(std::string_view sequence) {
  return sequence.substr(introducer.size(), sequence.size() - introducer.size() - 1);
}

}  // namespace

bool ColourCodes::is_sequence(std::string_view sequence) {
  if (sequence.size() <= introducer.size() || !sequence.starts_with(introducer) ||
      sequence.back() != 'm')
    return false;
  bool well = false;
  const auto numbers = numbers_of(inside(sequence), well);
  for (size_t at = 0; well && at < numbers.size();)
    well = next_code(numbers, at).kind != Code::wrong;
  return well;
}

void ColourCodes::take(std::string_view sequence, std::string& out) {
  bool well = false, ends_reset = false;
  const auto numbers = numbers_of(inside(sequence), well);
  for (size_t at = 0; at < numbers.size();) {
    const Code code = next_code(numbers, at);
    ends_reset = code.kind == Code::reset;
    if (code.kind == Code::reset) foreground_ = ground_ = none;
    if (code.kind == Code::foreground) foreground_ = code.colour;
    if (code.kind == Code::ground) ground_ = code.colour;
  }
  out += sequence;
  if (ends_reset) return in_force_.clear();
  in_force_ += sequence;
  if (foreground_ == none || foreground_ != ground_) return;
  out += usual_colours;
  in_force_ += usual_colours;
  foreground_ = ground_ = none;
}

void ColourCodes::end(std::string& out) {
  if (!in_force_.empty()) out += colour_off;
  *this = {};
}

}  // namespace muster
