// See interpolation.h.
#include "ctl/import/interpolation.h"

#include <fmt/format.h>
#include <algorithm>
#include <string_view>

namespace muster {
namespace {

bool is_of_variable(unsigned char c) { return std::isalnum(c) || c == '_'; }

class Interpolation {
 public:
  Interpolation(const FindVariable& find, const OnUnset& on_unset)
      : find_(find), on_unset_(on_unset) {}

  Result<> walk(TreeNode& node) {
    line_ = node.line;
    if (node.is_text() && node.text.find('$') != node.text.npos) {
      auto text = expanded(node.text, 0);
      if (!text) return tl::unexpected(text.error());
      node.text = std::move(*text);
    }
    for (auto& item : node.items)
      if (Result<> done = walk(item); !done) return done;
    for (auto& field : node.fields)
      if (Result<> done = walk(field.value); !done) return done;
    return {};
  }

  uint32_t line() const { return line_; }

 private:
  Result<std::string> expanded(std::string_view text, size_t depth) {
    constexpr size_t deepest = 16;
    if (depth > deepest) return fail("${{}} is nested more than {} deep", deepest);
    std::string out;
    while (!text.empty()) {
      const size_t dollar = std::min(text.find('$'), text.size());
      out += text.substr(0, dollar);
      text.remove_prefix(dollar);
      if (text.empty()) break;
      size_t length = 2;
      if (text.starts_with("$$")) {
        out += '$';
      } else if (text.starts_with("${")) {
        const size_t end = closing_brace(text);
        if (end == text.npos) return fail("the {{ behind a $ is not closed");
        auto value = braced(text.substr(2, end - 2), depth);
        if (!value) return value;
        out += *value;
        length = end + 1;
      } else {
        const auto begin = text.begin() + 1;
        const auto end = std::find_if_not(begin, text.end(), is_of_variable);
        length = static_cast<size_t>(end - text.begin());
        if (length == 1)
          out += '$';
        else
          out += value_of(std::string(begin, end));
      }
      text.remove_prefix(length);
      written_ += out.size();
      if (written_ > TreeBounds::bytes * 64) return fail("its variables make it too long");
    }
    return out;
  }

  static size_t closing_brace(std::string_view text) {
    size_t open = 0;
    for (size_t i = 1; i < text.size(); i++) {
      if (text[i] == '{') open++;
      if (text[i] == '}' && --open == 0) return i;
    }
    return text.npos;
  }

  std::string value_of(const std::string& name) {
    if (auto value = find_(name)) return *value;
    on_unset_(name, line_);
    return {};
  }

  // NAME, NAME:-WORD, NAME-WORD, NAME:?WORD, NAME?WORD, NAME:+WORD, NAME+WORD
  Result<std::string> braced(std::string_view text, size_t depth) {
    const auto name_end = std::find_if_not(text.begin(), text.end(), is_of_variable);
    const std::string name(text.begin(), name_end);
    std::string_view rest = text.substr(name.size());
    if (name.empty()) return fail("'${{{}}}' names no variable", text);
    if (rest.empty()) return value_of(name);
    const bool counts_empty = rest.starts_with(':');
    if (counts_empty) rest.remove_prefix(1);
    if (rest.empty() || std::string_view("-?+").find(rest.front()) == std::string_view::npos)
      return fail("'${{{}}}' is no variable", text);
    const auto value = find_(name);
    const bool is_set = value && !(counts_empty && value->empty());
    const std::string_view word = rest.substr(1);
    if (rest.front() == '+') return is_set ? expanded(word, depth + 1) : std::string();
    if (is_set) return *value;
    if (rest.front() == '?') {
      on_unset_(name, line_);
      return std::string();
    }
    return expanded(word, depth + 1);
  }

  const FindVariable& find_;
  const OnUnset& on_unset_;
  uint32_t line_ = 0;
  size_t written_ = 0;
};

}  // namespace

Result<> interpolate(TreeNode& tree, const std::string& file, const FindVariable& find,
                     const OnUnset& on_unset) {
  Interpolation interpolation(find, on_unset);
  if (Result<> done = interpolation.walk(tree); !done)
    return fail("{}:{}: {}", file, interpolation.line(), done.message());
  return {};
}

}  // namespace muster
