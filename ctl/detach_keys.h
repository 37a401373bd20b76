// Ctrl-P Ctrl-Q, by which a user who is attached to a process lets go of it. Keeps: every other key
// goes through; a Ctrl-P with whatever follows it.
#pragma once

#include <string>
#include <string_view>

namespace muster {

class DetachKeys {
 public:
  // The part of the typed bytes that is to be passed on. Bytes behind the two keys are not.
  std::string pass(std::string_view typed);
  bool pressed() const { return pressed_; }

 private:
  bool held_back_ = false;  // a Ctrl-P, until the next key shows what it is
  bool pressed_ = false;
};

}  // namespace muster
