// The rules by which git leaves files alone, as .gitignore files have them. Pure: reads no file,
// and knows paths from one top directory on. Keeps: of all rules that match a path the last one
// that was added counts, so that those of a deeper directory are to be added later.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace muster {

class IgnoreRules {
 public:
  // The text of a file in the directory `base`; that of the top is "".
  void add(std::string_view text, const std::string& base);
  // It judges the path itself: a walk of the tree does not enter directories that are ignored.
  bool ignores(std::string_view path, bool is_directory) const;

 private:
  struct Rule {
    std::string base;                   // "" or "src/"
    std::vector<std::string> segments;  // of the pattern; "**" stands for any number of them
    bool is_anchored, directories_only, takes_back;
  };
  static bool matches(const Rule& rule, std::string_view path);

  std::vector<Rule> rules_;
};

}  // namespace muster
