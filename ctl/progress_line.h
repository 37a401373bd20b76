// How far long work has come, on the terminal behind stderr: `37 of 200`, on one line, which is
// gone when this is. Keeps: it writes nothing where stderr is no terminal, or one that cannot move
// its cursor, and leaves the cursor where it was.
#pragma once

#include <string>

#include "ctl/output.h"

namespace muster {

class ProgressLine {
 public:
  // `head` is what the work is called. `on_screen`: it stands on the line already.
  ProgressLine(const std::string& head, bool on_screen);
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine() { show({}); }

  bool is_shown() const { return shows_; }
  // Instead of what was shown before; empty: nothing any more.
  void show(const std::string& text);

 private:
  Output err_;
  std::string head_;
  bool on_screen_;
  bool shows_;
  std::string shown_;
};

}  // namespace muster
