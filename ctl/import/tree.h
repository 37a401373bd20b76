// A YAML or JSON text to a tree whose nodes know their lines. Hostile input is an error with its
// line: size, depth, nodes and what aliases stand for are bounded. Merge keys are merged. No number
// is read here: a plain scalar is its text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace muster {

struct TreeField;

struct TreeNode {
  enum class Kind : uint8_t { nothing, text, list, map } kind = Kind::nothing;
  uint32_t line = 0;
  std::string text = {};
  std::vector<TreeNode> items;
  std::vector<TreeField> fields;  // keys unique, in the order of the text

  bool is_map() const { return kind == Kind::map; }
  bool is_list() const { return kind == Kind::list; }
  bool is_text() const { return kind == Kind::text; }
  const TreeNode* find(std::string_view key) const;
  // The text of a field, or nothing.
  std::optional<std::string> text_at(std::string_view key) const;
  std::optional<double> number() const;
  bool is_true() const { return text == "true" || text == "yes" || text == "on" || text == "1"; }
};

struct TreeField {
  std::string key;
  uint32_t line = 0;
  TreeNode value;
};

struct TreeBounds {
  static constexpr size_t bytes = 1 << 20, depth = 64, nodes = 50'000;
};

// The first document of the text.
Result<TreeNode> parse_tree(std::string_view text, const std::string& file);

}  // namespace muster
