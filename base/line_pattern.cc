// See line_pattern.h.
#include "base/line_pattern.h"

#include "base/pattern_bounds.h"

namespace muster {
namespace {

// As much of it as somebody needs to know it again.
std::string shortened(const std::string& text) {
  constexpr size_t enough = 60;
  return text.size() <= enough ? text : text.substr(0, enough) + "...";
}

}  // namespace

Result<LinePattern> LinePattern::compile(const std::optional<std::string>& expression) {
  LinePattern pattern;
  if (!expression) return pattern;
  if (Result<> bounded = within_bounds(*expression); !bounded)
    return fail("'{}' is no expression that can be taken: {}", shortened(*expression),
                bounded.message());
  auto compiled = std::make_unique<regex_t>();
  const int flags = REG_EXTENDED | REG_NOSUB;
  if (const int error = regcomp(compiled.get(), expression->c_str(), flags)) {
    char text[200];
    regerror(error, compiled.get(), text, sizeof text);
    return fail("'{}' is not a regular expression: {}", *expression, text);
  }
  pattern.compiled_.reset(compiled.release());
  return pattern;
}

// With its length given, since a line may hold a NUL; ended by one nevertheless, as POSIX asks.
bool LinePattern::matches(std::string_view line) const {
  if (!compiled_) return true;
  const std::string ended(line);
  regmatch_t range[1] = {{0, static_cast<regoff_t>(ended.size())}};
  return regexec(compiled_.get(), ended.c_str(), 1, range, REG_STARTEND) == 0;
}

}  // namespace muster
