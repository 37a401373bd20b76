// An extended regular expression of POSIX, as grep -E has it, for bytes of any kind. Keeps: one
// that breaks a bound of pattern_bounds.h is never handed to the C library.
#pragma once

#include <regex.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace muster {

class LinePattern {
 public:
  // None matches every line.
  static Result<LinePattern> compile(const std::optional<std::string>& expression);
  bool matches(std::string_view line) const;

 private:
  struct Free {
    void operator()(regex_t* compiled) const {
      regfree(compiled);
      delete compiled;
    }
  };
  std::unique_ptr<regex_t, Free> compiled_;
};

}  // namespace muster
