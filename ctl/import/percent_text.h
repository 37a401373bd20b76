// The two small languages in values of a supervisord.conf: `%(NAME)s` in a text, and the pairs of
// `environment`. Pure.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/result.h"
#include "daemon/config/settings.h"

namespace muster {

// The texts that stand for names; a number may be formatted.
struct PercentNames {
  std::map<std::string, std::string, std::less<>> texts;
  int first_number = 0;  // of `process_num`
};

// A value that only the shell knows is marked (shell_text.h): `%(process_num)02d` and
// `%(ENV_HOME)s`.
Result<std::string> expand_percent(std::string_view text, const PercentNames& names);

// KEY="value",KEY2=value
Result<Environment> parse_pairs(std::string_view text);

}  // namespace muster
