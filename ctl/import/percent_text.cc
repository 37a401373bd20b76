// See percent_text.h.
#include "ctl/import/percent_text.h"

#include <fmt/format.h>
#include <algorithm>

#include "ctl/import/shell_text.h"
#include "daemon/config/env_file.h"

namespace muster {
namespace {

constexpr std::string_view env_prefix = "ENV_", pair_blanks = " \t\r\n,";

// `02d`: how many digits, and how long it is.
struct PercentFormat {
  size_t length = 0;
  int digits = 0;
};
Result<PercentFormat> format_at(std::string_view text) {
  constexpr int most_digits = 20;
  size_t i = 0;
  int digits = 0;
  while (i < text.size() && text[i] >= '0' && text[i] <= '9' && digits <= most_digits)
    digits = digits * 10 + (text[i++] - '0');
  if (i == text.size() || (text[i] != 's' && text[i] != 'd') || digits > most_digits)
    return fail("there is no format such as s or 02d behind the )");
  return PercentFormat{i + 1, digits};
}

Result<std::string> value_of(std::string_view name, int digits, const PercentNames& names) {
  if (name == "process_num") return mark_of_number(names.first_number, digits);
  if (name == "numprocs_start") return std::to_string(names.first_number);
  if (name == "host_node_name") return mark_of_host();
  if (const auto found = names.texts.find(name); found != names.texts.end()) return found->second;
  if (!name.starts_with(env_prefix)) return fail("%({}) is not known", name);
  const std::string_view variable = name.substr(env_prefix.size());
  const auto is_odd = [](unsigned char c) { return !std::isalnum(c) && c != '_'; };
  if (variable.empty() || std::any_of(variable.begin(), variable.end(), is_odd))
    return fail("%({}) names no variable", name);
  return mark_of_variable(variable);
}

}  // namespace

Result<std::string> expand_percent(std::string_view text, const PercentNames& names) {
  if (!may_be_marked(text)) return fail("it holds a control character");
  std::string out;
  while (!text.empty()) {
    if (text.front() != '%') {
      out += text.front();
      text.remove_prefix(1);
      continue;
    }
    if (text.starts_with("%%")) {
      out += '%';
      text.remove_prefix(2);
      continue;
    }
    const size_t end = text.find(')');
    if (!text.starts_with("%(") || end == text.npos)
      return fail("a % stands alone; supervisord refuses it, too, and a % itself is %%");
    const auto format = format_at(text.substr(end + 1));
    if (!format) return tl::unexpected(format.error());
    auto value = value_of(text.substr(2, end - 2), format->digits, names);
    if (!value) return value;
    out += *value;
    text.remove_prefix(end + 1 + format->length);
  }
  return out;
}

Result<Environment> parse_pairs(std::string_view text) {
  Environment env;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(pair_blanks), text.size()));
    if (text.empty()) return env;
    const size_t sign = text.find_first_of("=,\n");
    if (sign == text.npos || text[sign] != '=')
      return fail("'{}' is not of the form KEY=VALUE", text.substr(0, sign));
    std::string name(text.substr(0, sign));
    name.erase(name.find_last_not_of(" \t") + 1);
    text.remove_prefix(sign + 1);
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    const char quote = text.empty() ? '\0' : text.front();
    size_t end = 0;
    if (quote == '"' || quote == '\'') {
      text.remove_prefix(1);
      end = text.find(quote);
      if (end == text.npos) return fail("{}: the quote is not closed", name);
      set_variable(env, name, text.substr(0, end));
      text.remove_prefix(end + 1);
      continue;
    }
    end = std::min(text.find_first_of(",\n"), text.size());
    std::string value(text.substr(0, end));
    value.erase(value.find_last_not_of(" \t\r") + 1);
    set_variable(env, name, value);
    text.remove_prefix(end);
  }
}

}  // namespace muster
