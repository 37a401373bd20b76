// A line that a program has printed, as a terminal is shown it: its colours stay, a progress bar
// shows its last state, and what a cleared screen leaves is collapsed. Keeps: apart from colours,
// which end with their line and hide nothing, no byte of the line does anything but stand there.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/colour.h"

namespace muster {

enum class LineContent {
  text,
  blank,
  cleared,  // nothing but the clearing of a screen
};

// Appends to `out`. Colours are `ESC [ digits ; m` with known numbers; without `colours` they are
// left out. Up to the last return of the cursor, and a clearing at the beginning, nothing is shown;
// every other control is written as append_terminal_safe does it.
LineContent append_terminal_line(std::string_view line, bool colours, std::string& out);

// The lines of all processes of a log, one after the other.
class TerminalLines {
 public:
  explicit TerminalLines(LineLook look) : look_(look) {}

  // Calls `put` with each line that is to be shown now: none for a line that a clearing leaves
  // blank; a run of blank lines comes late, since a clearing may follow it.
  template <class Put>
  void take(std::string_view process, std::string_view line, Put put) {
    if (!look_.safe) return put(line);
    for (size_t blanks = shape(process, line); blanks > 0; --blanks) put(std::string_view());
    if (shown_) put(std::string_view(text_));
  }

 private:
  // How many blank lines come before it.
  size_t shape(std::string_view process, std::string_view line);

  // The state of a process whose last line was not text.
  struct Blanks {
    bool after_clearing = false;
    size_t held_back = 0;
  };

  LineLook look_;
  std::map<std::string, Blanks, std::less<>> blanks_;
  std::string text_;
  bool shown_ = false;
};

}  // namespace muster
