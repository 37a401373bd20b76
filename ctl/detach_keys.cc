// See detach_keys.h.
#include "ctl/detach_keys.h"

#include <utility>

namespace muster {

std::string DetachKeys::pass(std::string_view typed) {
  constexpr char first = 'P' & 0x1f, second = 'Q' & 0x1f;
  std::string passed;
  for (const char key : typed) {
    const bool after_first = std::exchange(held_back_, false);
    if (after_first && key == second) {
      pressed_ = true;
      break;
    }
    if (after_first) passed += first;
    if (key == first)
      held_back_ = true;
    else
      passed += key;
  }
  return passed;
}

}  // namespace muster
