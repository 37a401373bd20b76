// See pattern_bounds.h.
#include "base/pattern_bounds.h"

#include <algorithm>
#include <charconv>
#include <vector>

namespace muster {
namespace {

// Goes through an expression once. Each open parenthesis has a level, in which `size` is how long
// it would be if written out, `product` how often its most repeated element stands there; `last_*`
// are the same of its last element, which an operator behind it multiplies.
class Measure {
 public:
  explicit Measure(std::string_view expression) : text_(expression) {}

  Result<> take_all() {
    while (at_ < text_.size())
      if (Result<> done = take(); !done) return done;
    return {};
  }

 private:
  struct Level {
    size_t size = 0, product = 1, last_size = 0, last_product = 1;
  };

  Result<> take() {
    const char c = text_[at_++];
    switch (c) {
      case '\\':
        at_ = std::min(at_ + 1, text_.size());
        return add(1, 1);
      case '[':
        skip_bracket();
        return add(1, 1);
      case '(':
        if (levels_.size() > PatternBounds::nesting)
          return fail("its parentheses are nested more than {} deep", PatternBounds::nesting);
        levels_.emplace_back();
        return {};
      case ')':
        return close();
      case '+':
        return multiply(2);  // the library writes a+ as aa*
      case '*':
      case '?':
        return {};
      case '{':
        return multiply(take_most());
      default:
        return add(1, 1);
    }
  }

  Result<> close() {
    if (levels_.size() == 1) return add(1, 1);
    const Level closed = levels_.back();
    levels_.pop_back();
    return add(closed.size + 1, closed.product);
  }

  Result<> add(size_t size, size_t product) {
    Level& level = levels_.back();
    level.last_size = size;
    level.last_product = product;
    level.size += size;
    level.product = std::max(level.product, product);
    return judge(level);
  }

  Result<> multiply(size_t times) {
    Level& level = levels_.back();
    level.size += level.last_size * (times - 1);
    level.last_size *= times;
    level.last_product *= times;
    level.product = std::max(level.product, level.last_product);
    return judge(level);
  }

  // The product cannot overflow on the way: each step multiplies by the highest number at most.
  static Result<> judge(const Level& level) {
    if (level.product > PatternBounds::repetitions)
      return fail("it repeats something more than {} times", PatternBounds::repetitions);
    if (level.size > PatternBounds::written_out)
      return fail("with its repetitions written out it is longer than {} characters",
                  PatternBounds::written_out);
    return {};
  }

  // The higher number of "{2,5}", behind its brace; one more of "{2,}". A text that is no number
  // repeats nothing.
  size_t take_most() {
    constexpr size_t highest = PatternBounds::repetitions + 1;
    size_t most = 1;
    while (at_ < text_.size() && text_[at_] != '}') {
      size_t number = 0;
      auto [end, error] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), number);
      if (error == std::errc::invalid_argument && text_[at_] != ',') return most;  // no number
      if (error == std::errc::result_out_of_range) number = highest;
      const size_t after = static_cast<size_t>(end - text_.data());
      if (error == std::errc::invalid_argument) most++;  // the comma
      most = std::max(most, std::min(number, highest));
      at_ = std::max(after, at_ + 1);
    }
    at_ = std::min(at_ + 1, text_.size());
    return most;
  }

  // Behind its first character. A bracket that is closed at once, or after ^, stands for itself.
  void skip_bracket() {
    if (at_ < text_.size() && text_[at_] == '^') at_++;
    if (at_ < text_.size() && text_[at_] == ']') at_++;
    while (at_ < text_.size() && text_[at_] != ']') {
      const char kind = text_[at_] == '[' && at_ + 1 < text_.size() ? text_[at_ + 1] : 0;
      const bool is_class = kind == ':' || kind == '.' || kind == '=';
      const size_t end = is_class ? text_.find(std::string{kind, ']'}, at_ + 2) : text_.npos;
      at_ = end == text_.npos ? at_ + 1 : end + 2;
    }
    at_ = std::min(at_ + 1, text_.size());
  }

  std::string_view text_;
  size_t at_ = 0;
  std::vector<Level> levels_{Level{}};
};

}  // namespace

Result<> within_bounds(std::string_view expression) {
  if (expression.size() > PatternBounds::bytes)
    return fail("it is longer than {} bytes", PatternBounds::bytes);
  return Measure(expression).take_all();
}

bool has_back_reference(std::string_view expression) {
  for (size_t at = expression.find('\\'); at != expression.npos && at + 1 < expression.size();
       at = expression.find('\\', at + 2))
    if (expression[at + 1] >= '1' && expression[at + 1] <= '9') return true;
  return false;
}

}  // namespace muster
