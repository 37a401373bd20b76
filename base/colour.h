// Whether what we print has colours, and which one a process type has. Pure. Keeps: a type has the
// same colour on every screen, whatever else is shown there.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

inline constexpr std::string_view colour_off = "\x1b[0m";

enum class ColourWish { automatic, always, never };  // --color
std::optional<ColourWish> parse_colour_wish(std::string_view word);

// The option beats everything, NO_COLOR (not empty) beats FORCE_COLOR (neither empty nor 0), and
// that beats both TERM=dumb and a pipe.
bool wants_colours(
    ColourWish wish, bool is_terminal,
    const std::function<std::optional<std::string>(const std::string&)>& environment);

// How a line of a program is shown. With colours it is safe for a terminal, too: a pipe that is
// given colours leads to one.
struct LineLook {
  bool safe = false;  // no control does anything; false: bytes go as they are
  bool colours = false;
};
inline LineLook line_look(bool is_terminal, bool colours) {
  return {is_terminal || colours, colours};
}

// Each name has its place among the colours. Where the app's types are known, those of one place
// give way to each other in the order of the alphabet. Red is left to what has gone wrong, gray to
// whatever is no type.
class TypeColours {
 public:
  explicit TypeColours(std::vector<std::string> types = {});
  // The colour of a type, or of a process of it.
  std::string_view of(std::string_view process) const;

 private:
  std::map<std::string, std::string_view, std::less<>> colours_;
};

}  // namespace muster
