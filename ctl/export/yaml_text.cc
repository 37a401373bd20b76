// See yaml_text.h.
#include "ctl/export/yaml_text.h"

namespace muster {
namespace {

constexpr size_t indent_step = 2;

// A key that YAML takes for a text without quotes.
std::string key_text(const std::string& key) {
  const bool is_plain = !key.empty() &&
                        key.find_first_not_of(
                            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLM"
                            "NOPQRSTUVWXYZ_-./") == key.npos &&
                        key.front() != '-' && key != "y" && key != "n" && key != "yes" &&
                        key != "no" && key != "on" && key != "off" && key != "true" &&
                        key != "false" && key != "null" && key.find_first_not_of('.') != key.npos;
  return is_plain ? key : ExportValue(key).dump();
}

bool is_block(const ExportValue& value) { return value.is_structured() && !value.empty(); }

}  // namespace

std::string yaml_text(const ExportValue& value, size_t indent) {
  if (!is_block(value))
    return value.dump(-1, ' ', false, ExportValue::error_handler_t::replace) + '\n';
  const std::string blanks(indent, ' ');
  std::string out;
  const auto add = [&](const std::string& head, const ExportValue& part, size_t deeper) {
    if (!is_block(part))
      out += blanks + head + ' ' + yaml_text(part);
    else
      out += blanks + head + '\n' + yaml_text(part, indent + deeper);
  };
  if (value.is_array()) {
    for (auto& part : value) {
      if (!part.is_object() || part.empty()) {
        add("-", part, indent_step);
        continue;
      }
      // The first key stands beside the dash.
      std::string block = yaml_text(part, indent + indent_step);
      block.replace(indent, 1, "-");
      out += block;
    }
    return out;
  }
  for (auto& [key, part] : value.items()) add(key_text(key) + ':', part, indent_step);
  return out;
}

}  // namespace muster
