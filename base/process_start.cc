// See process_start.h.
#include "base/process_start.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

namespace muster {

uint64_t start_of_process(int64_t pid) {
  constexpr int fields_between = 18;  // the state and the start
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(file, line)) return 0;
  // The name in parentheses may hold anything.
  std::istringstream fields(line.substr(std::min(line.rfind(')') + 1, line.size())));
  std::string word;
  fields >> word;
  if (word == "Z" || word == "X") return 0;
  for (int i = 0; i < fields_between; i++) fields >> word;
  uint64_t start = 0;
  fields >> start;
  return start;
}

}  // namespace muster
