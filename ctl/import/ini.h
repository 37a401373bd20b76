// The text of an INI file to sections, as Python's parser reads it for supervisord: comments behind
// a blank and `;`, values that go on in indented lines, the last of two keys. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace muster {

struct IniEntry {
  std::string key, value;  // the key in small letters
  uint32_t line = 0;
};
struct IniSection {
  std::string name;
  uint32_t line = 0;
  std::vector<IniEntry> entries;  // keys unique
  const IniEntry* find(std::string_view key) const;
};

// A section that stands twice is one. An error has its file and line.
struct IniFormat {
  std::string_view comments = ";#";  // that begin one behind a blank, too
  bool repeats_keys = false;         // a key may stand again, and each counts
  bool keeps_case = false;
};
Result<std::vector<IniSection>> parse_ini(std::string_view text, const std::string& file,
                                          const IniFormat& format = {});

}  // namespace muster
