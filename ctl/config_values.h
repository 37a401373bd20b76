// Where the value of a config var comes from: the word itself, or a place that the list of
// processes does not show.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace muster {

struct ConfigValues {
  std::map<std::string, std::string> vars;
  std::map<std::string, std::string> hidden;  // those not to be shown: name -> where it is from
};

// K=V; K=- is what stdin gives, K=@FILE what a file holds, both without a newline at the end;
// K=@@V is @V.
Result<> take_config_word(const std::string& word, ConfigValues& values);
// Lines of KEY=VALUE, as in an .env file; the file - is stdin.
Result<> take_config_file(const std::string& path, ConfigValues& values);

}  // namespace muster
