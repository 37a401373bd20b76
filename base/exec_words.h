// Arguments and environments as exec wants them.
#pragma once

#include <string>
#include <vector>

namespace muster {

// Pointers into words that must outlive them, and the null at the end.
inline std::vector<char*> pointers_into(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace muster
