// See process_start.h.
#include "base/process_start.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>

namespace muster {
namespace {

// The fields of /proc/PID/stat behind the name, beginning with the state; none if it is not there.
std::istringstream stat_of(int64_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(file, line);
  // The name in parentheses may hold anything.
  return std::istringstream(line.substr(std::min(line.rfind(')') + 1, line.size())));
}

}  // namespace

uint64_t start_of_process(int64_t pid) {
  constexpr int fields_between = 18;  // the state and the start
  std::istringstream fields = stat_of(pid);
  std::string word;
  fields >> word;
  if (word == "Z" || word == "X") return 0;
  for (int i = 0; i < fields_between; i++) fields >> word;
  uint64_t start = 0;
  fields >> start;
  return start;
}

int64_t parent_of_process(int64_t pid) {
  std::istringstream fields = stat_of(pid);
  std::string state;
  int64_t parent = 0;
  fields >> state >> parent;
  return parent;
}

}  // namespace muster
