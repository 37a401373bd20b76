// The colours of a line as its program sets them (SGR: `ESC [ numbers ; m`): which of them may
// reach a terminal, and what is in force. Keeps: no text is hidden by them, and none of them is in
// force behind the line.
#pragma once

#include <string>
#include <string_view>

namespace muster {

class ColourCodes {
 public:
  // `ESC [`, numbers of at most three digits with `;` between them, `m`; each number known and
  // harmless: conceal (8) and other alphabets are not.
  static bool is_sequence(std::string_view sequence);

  // Appends one that passes; where it would write in the colour of its own ground, that is undone.
  void take(std::string_view sequence, std::string& out);
  // Appends what is in force: the text before has been taken away.
  void again(std::string& out) const { out += in_force_; }
  // Appends what ends all of it.
  void end(std::string& out);

 private:
  static constexpr int none = -1;
  std::string in_force_;                   // all since the last reset
  int foreground_ = none, ground_ = none;  // of the palette, or true colours above that
};

}  // namespace muster
