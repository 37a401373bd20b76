// See tree.h. libyaml makes events of the text; JSON is YAML to it.
#include "ctl/import/tree.h"

#include <fmt/format.h>
#include <yaml.h>
#include <algorithm>
#include <charconv>
#include <map>

namespace muster {
namespace {

constexpr std::string_view merge_key = "<<";

// An event, freed with its scope.
struct YamlEvent {
  yaml_event_t event{};
  YamlEvent() = default;
  YamlEvent(const YamlEvent&) = delete;
  YamlEvent& operator=(const YamlEvent&) = delete;
  ~YamlEvent() { yaml_event_delete(&event); }
  uint32_t line() const { return static_cast<uint32_t>(event.start_mark.line) + 1; }
};

std::string text_of(const yaml_char_t* text) {
  return text ? reinterpret_cast<const char*>(text) : "";
}

class TreeBuilder {
 public:
  TreeBuilder(std::string_view text, const std::string& file) : file_(file) {
    yaml_parser_initialize(&parser_);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
  }
  ~TreeBuilder() { yaml_parser_delete(&parser_); }
  TreeBuilder(const TreeBuilder&) = delete;
  TreeBuilder& operator=(const TreeBuilder&) = delete;

  Result<TreeNode> build() {
    for (;;) {
      YamlEvent next;
      if (Result<> got = read(next); !got) return tl::unexpected(got.error());
      if (next.event.type == YAML_STREAM_END_EVENT) return TreeNode{};
      if (next.event.type == YAML_STREAM_START_EVENT) continue;
      if (next.event.type == YAML_DOCUMENT_START_EVENT) return node(0);
    }
  }

 private:
  Result<> read(YamlEvent& next) {
    if (yaml_parser_parse(&parser_, &next.event) == 1) return {};
    return fail("{}:{}: {}", file_, parser_.problem_mark.line + 1,
                parser_.problem ? parser_.problem : "it cannot be read");
  }

  template <class... Args>
  tl::unexpected<Error> refuse(uint32_t line, fmt::format_string<Args...> text, Args&&... args) {
    return fail("{}:{}: {}", file_, line, fmt::format(text, std::forward<Args>(args)...));
  }

  Result<> count(uint32_t line, size_t more) {
    nodes_ += more;
    if (nodes_ > TreeBounds::nodes)
      return refuse(line, "there are more than {} values in it, aliases written out",
                    TreeBounds::nodes);
    return {};
  }

  Result<TreeNode> node(size_t depth) {
    YamlEvent next;
    if (Result<> got = read(next); !got) return tl::unexpected(got.error());
    return node_of(next, depth);
  }

  Result<TreeNode> node_of(const YamlEvent& begun, size_t depth) {
    const uint32_t line = begun.line();
    if (depth > TreeBounds::depth)
      return refuse(line, "it is nested more than {} deep", TreeBounds::depth);
    if (Result<> counted = count(line, 1); !counted) return tl::unexpected(counted.error());
    auto& data = begun.event.data;
    switch (begun.event.type) {
      case YAML_ALIAS_EVENT:
        return alias(text_of(data.alias.anchor), line);
      case YAML_SCALAR_EVENT:
        return anchored(text_of(data.scalar.anchor), scalar(begun, line));
      case YAML_SEQUENCE_START_EVENT:
        return list(text_of(data.sequence_start.anchor), line, depth);
      case YAML_MAPPING_START_EVENT:
        return map(text_of(data.mapping_start.anchor), line, depth);
      default:
        return refuse(line, "there is no value");
    }
  }

  static TreeNode scalar(const YamlEvent& begun, uint32_t line) {
    auto& value = begun.event.data.scalar;
    TreeNode made{TreeNode::Kind::text, line,
                  std::string(reinterpret_cast<const char*>(value.value), value.length)};
    const bool is_nothing = made.text.empty() || made.text == "~" || made.text == "null";
    if (value.style == YAML_PLAIN_SCALAR_STYLE && is_nothing)
      made = {TreeNode::Kind::nothing, line};
    return made;
  }

  // An anchor that is not yet at its end is none: a tree within itself would have no end.
  Result<TreeNode> anchored(const std::string& anchor, TreeNode made) {
    if (anchor.empty()) return made;
    if (Result<> counted = count(made.line, size_of(made)); !counted)
      return tl::unexpected(counted.error());
    anchors_[anchor] = made;
    return made;
  }

  Result<TreeNode> alias(const std::string& anchor, uint32_t line) {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) return refuse(line, "there is no anchor &{} above", anchor);
    if (Result<> counted = count(line, size_of(found->second)); !counted)
      return tl::unexpected(counted.error());
    return found->second;
  }

  static size_t size_of(const TreeNode& node) {
    size_t size = 1;
    for (auto& item : node.items) size += size_of(item);
    for (auto& field : node.fields) size += size_of(field.value);
    return size;
  }

  Result<TreeNode> list(const std::string& anchor, uint32_t line, size_t depth) {
    TreeNode made{TreeNode::Kind::list, line};
    for (;;) {
      YamlEvent next;
      if (Result<> got = read(next); !got) return tl::unexpected(got.error());
      if (next.event.type == YAML_SEQUENCE_END_EVENT) return anchored(anchor, std::move(made));
      auto item = node_of(next, depth + 1);
      if (!item) return item;
      made.items.push_back(std::move(*item));
    }
  }

  Result<TreeNode> map(const std::string& anchor, uint32_t line, size_t depth) {
    TreeNode made{TreeNode::Kind::map, line};
    std::vector<TreeNode> merged;
    std::map<std::string, uint32_t> seen;
    for (;;) {
      YamlEvent next;
      if (Result<> got = read(next); !got) return tl::unexpected(got.error());
      if (next.event.type == YAML_MAPPING_END_EVENT) break;
      auto key = node_of(next, depth + 1);
      if (!key) return key;
      if (key->is_list() || key->is_map()) return refuse(key->line, "a key must be a text");
      auto value = node(depth + 1);
      if (!value) return value;
      if (key->text == merge_key) {
        merged.push_back(std::move(*value));
        continue;
      }
      const auto [other, is_new] = seen.emplace(key->text, key->line);
      if (!is_new)
        return refuse(key->line, "'{}' stands in line {} already", key->text, other->second);
      made.fields.push_back({key->text, key->line, std::move(*value)});
    }
    for (auto& from : merged) merge(made, from);
    return anchored(anchor, std::move(made));
  }

  // Fields that are there win, then those of the first map of a list.
  static void merge(TreeNode& into, const TreeNode& from) {
    for (auto& item : from.items) merge(into, item);
    for (auto& field : from.fields)
      if (!into.find(field.key)) into.fields.push_back(field);
  }

  const std::string& file_;
  yaml_parser_t parser_{};
  std::map<std::string, TreeNode> anchors_;
  size_t nodes_ = 0;
};

}  // namespace

const TreeNode* TreeNode::find(std::string_view key) const {
  for (auto& field : fields)
    if (field.key == key) return &field.value;
  return nullptr;
}

std::optional<std::string> TreeNode::text_at(std::string_view key) const {
  auto* found = find(key);
  return found && found->is_text() ? std::optional(found->text) : std::nullopt;
}

std::optional<double> TreeNode::number() const {
  constexpr double most = 1e12;
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  const bool is_whole = is_text() && !text.empty() && error == std::errc() && rest == end;
  return is_whole && value >= -most && value <= most ? std::optional(value) : std::nullopt;
}

Result<TreeNode> parse_tree(std::string_view text, const std::string& file) {
  if (text.size() > TreeBounds::bytes)
    return fail("{}: it is larger than {} bytes", file, TreeBounds::bytes);
  return TreeBuilder(text, file).build();
}

}  // namespace muster
