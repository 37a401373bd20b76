// The whole of our terminal, drawn anew again and again, and the keys that are pressed meanwhile.
// Keeps: the terminal shows and is what it was before when this is over, whatever ends us that can
// be caught.
#pragma once

#include <string>

#include "base/time.h"
#include "base/unique_fd.h"
#include "ctl/output.h"
#include "ctl/raw_terminal.h"

namespace muster {

class Screen {
 public:
  enum class Event { none, key, resized, ended };

  // Only where RawTerminal::is_ours().
  explicit Screen(Output& out);
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;
  ~Screen();

  // Lines that end with "\n"; what does not fit is cut off.
  void draw(const std::string& lines);

  // The first of these that happens within `time`. Ended: by Ctrl-C, a signal, or the terminal's
  // going away.
  Event wait(Nanos time);
  char key() const { return key_; }

 private:
  Output& out_;
  RawTerminal terminal_;
  UniqueFd signals_;
  char key_ = 0;
};

}  // namespace muster
