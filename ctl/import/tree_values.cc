// See tree_values.h.
#include "ctl/import/tree_values.h"

#include <fmt/format.h>
#include <cmath>

#include "ctl/import/imported.h"
#include "ctl/import/shell_text.h"
#include "daemon/config/env_file.h"

namespace muster {
namespace {

std::string in_small_letters(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

TreeNode text_node(std::string text) { return {TreeNode::Kind::text, 0, std::move(text)}; }

// The number that a text begins with, and the letters behind it.
std::optional<std::pair<double, std::string>> number_and_unit(const std::string& text) {
  const size_t end = std::min(text.find_first_not_of("0123456789."), text.size());
  const auto number = text_node(text.substr(0, end)).number();
  if (!number) return {};
  return std::pair(*number, in_small_letters(text.substr(end)));
}

}  // namespace

Environment environment_in(const TreeNode& node) {
  Environment env;
  const auto set = [&env](const std::string& name, const std::string& value) {
    if (!name.empty() && name.find('\0') == name.npos && value.find('\0') == value.npos)
      set_variable(env, name, value);
  };
  for (auto& field : node.fields)
    if (field.value.is_text()) set(field.key, field.value.text);
  for (auto& item : node.items)
    if (const size_t sign = item.text.find('='); sign != item.text.npos)
      set(item.text.substr(0, sign), item.text.substr(sign + 1));
  return env;
}

Result<std::vector<std::string>> words_in(const TreeNode& node) {
  if (node.is_text()) return split_words(node.text);
  std::vector<std::string> words;
  for (auto& item : node.items) words.push_back(item.text);
  for (auto& word : words)
    if (!may_be_marked(word)) return fail("it holds a control character");
  return words;
}

std::vector<std::string> names_in(const TreeNode& node) {
  std::vector<std::string> names;
  if (node.is_text()) names.push_back(node.text);
  for (auto& item : node.items)
    if (item.is_text()) names.push_back(item.text);
  for (auto& field : node.fields) names.push_back(field.key);
  return names;
}

std::optional<double> seconds_in(const TreeNode& node, double unit) {
  if (const auto number = node.number()) return *number * unit;
  double sum = 0;
  std::string rest = node.text;
  while (!rest.empty()) {
    const size_t digits = std::min(rest.find_first_not_of("0123456789."), rest.size());
    const size_t end = std::min(rest.find_first_of("0123456789.", digits), rest.size());
    const auto part = number_and_unit(rest.substr(0, end));
    if (!part) return {};
    const auto& [number, name] = *part;
    const double length = name == "ms"                   ? 0.001
                          : name == "us" || name == "ns" ? 0.000001
                          : name == "s"                  ? 1
                          : name == "m"                  ? 60
                          : name == "h"                  ? 3600
                          : name == "d"                  ? 86400
                                                         : -1;
    if (length < 0) return {};
    sum += number * length;
    rest.erase(0, end);
  }
  return node.text.empty() ? std::nullopt : std::optional(sum);
}

std::optional<std::string> size_in(const TreeNode& node) {
  const auto parts = number_and_unit(node.text);
  if (!parts || parts->first <= 0) return {};
  const std::string unit = parts->second.substr(0, 1);
  const int shift = unit.empty() || unit == "b" ? 0
                    : unit == "k"               ? 10
                    : unit == "m"               ? 20
                    : unit == "g"               ? 30
                    : unit == "t"               ? 40
                                                : -1;
  if (shift < 0) return {};
  const auto bytes = static_cast<uint64_t>(std::llround(parts->first * std::exp2(shift)));
  for (const auto& [name, of] : {std::pair('G', 30), {'M', 20}, {'K', 10}})
    if (bytes != 0 && bytes % (uint64_t{1} << of) == 0)
      return fmt::format("\"{}{}\"", bytes >> of, name);
  return std::to_string(bytes);
}

}  // namespace muster
