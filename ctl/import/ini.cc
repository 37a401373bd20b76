// See ini.h.
#include "ctl/import/ini.h"

#include <fmt/format.h>
#include <algorithm>

#include "daemon/config/text_lines.h"

namespace muster {
namespace {

class IniParser {
 public:
  IniParser(const std::string& file, const IniFormat& format) : file_(file), format_(format) {}

  Result<> take(std::string_view line) {
    number_++;
    const std::string_view bare = trim(line);
    const bool is_comment = !bare.empty() && is_comment_sign(bare.front());
    if (bare.empty() || is_comment) {
      // Python goes on with a value behind a comment, but no other line does.
      if (bare.empty() || format_.repeats_keys) is_value_open_ = false;
      return {};
    }
    const bool is_indented = blanks.find(line.front()) != blanks.npos;
    if ((is_indented || goes_on_) && is_value_open_) return continue_value(bare);
    goes_on_ = false;
    if (bare.front() == '[') return begin(bare);
    return entry(without_comment(bare));
  }

  std::vector<IniSection> result() && { return std::move(sections_); }

 private:
  bool is_comment_sign(char c) const { return format_.comments.find(c) != std::string_view::npos; }

  std::string_view without_comment(std::string_view line) const {
    if (format_.repeats_keys) return line;
    for (size_t i = 1; i < line.size(); i++)
      if (is_comment_sign(line[i]) && blanks.find(line[i - 1]) != blanks.npos)
        return trim(line.substr(0, i));
    return line;
  }

  Result<> begin(std::string_view line) {
    is_value_open_ = false;
    const size_t end = line.find(']');
    if (end == line.npos) return fail("{}:{}: the ] is missing", file_, number_);
    const std::string name(line.substr(1, end - 1));
    const auto same = [&](const IniSection& section) { return section.name == name; };
    const auto found = std::find_if(sections_.begin(), sections_.end(), same);
    current_ = static_cast<size_t>(found - sections_.begin());
    if (found == sections_.end()) sections_.push_back({name, number_, {}});
    return {};
  }

  Result<> entry(std::string_view line) {
    if (sections_.empty())
      return fail("{}:{}: it stands before the first [section]", file_, number_);
    const size_t sign = line.find_first_of(format_.repeats_keys ? "=" : "=:");
    if (sign == line.npos || sign == 0)
      return fail("{}:{}: not of the form KEY=VALUE", file_, number_);
    std::string key(trim(line.substr(0, sign)));
    if (!format_.keeps_case)
      std::transform(key.begin(), key.end(), key.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    auto& entries = sections_[current_].entries;
    const auto same = [&](const IniEntry& other) { return other.key == key; };
    if (!format_.repeats_keys) std::erase_if(entries, same);
    entries.push_back({key, "", number_});
    is_value_open_ = !format_.repeats_keys;
    append(trim(line.substr(sign + 1)));
    return {};
  }

  Result<> continue_value(std::string_view line) {
    auto& value = sections_[current_].entries.back().value;
    line = without_comment(line);
    if (!value.empty() && !goes_on_) value += '\n';
    append(line);
    return {};
  }

  // A unit of systemd goes on behind a backslash.
  void append(std::string_view part) {
    auto& value = sections_[current_].entries.back().value;
    goes_on_ = format_.repeats_keys && part.ends_with('\\');
    if (goes_on_) {
      part.remove_suffix(1);
      is_value_open_ = true;
    }
    value += part;
    if (goes_on_ && !part.ends_with(' ')) value += ' ';
  }

  const std::string& file_;
  const IniFormat& format_;
  uint32_t number_ = 0;
  size_t current_ = 0;
  bool is_value_open_ = false, goes_on_ = false;
  std::vector<IniSection> sections_;
};

}  // namespace

const IniEntry* IniSection::find(std::string_view key) const {
  for (auto& entry : entries)
    if (entry.key == key) return &entry;
  return nullptr;
}

Result<std::vector<IniSection>> parse_ini(std::string_view text, const std::string& file,
                                          const IniFormat& format) {
  IniParser parser(file, format);
  text = without_bom(text);
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (Result<> taken = parser.take(line); !taken) return tl::unexpected(taken.error());
  }
  return std::move(parser).result();
}

}  // namespace muster
