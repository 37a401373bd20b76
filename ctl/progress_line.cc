// See progress_line.h.
#include "ctl/progress_line.h"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "ctl/printers/text.h"

namespace muster {
namespace {

constexpr const char* clear_behind = "\x1b[K";

bool can_move_cursor() {
  const char* term = std::getenv("TERM");
  return term && *term && std::string_view(term) != "dumb";
}

}  // namespace

ProgressLine::ProgressLine(const std::string& head, bool on_screen)
    : err_(STDERR_FILENO),
      head_(terminal_safe(head)),
      on_screen_(on_screen),
      shows_(err_.is_terminal() && can_move_cursor()) {}

void ProgressLine::show(const std::string& text) {
  if (!shows_ || text == shown_) return;
  std::string bytes = on_screen_ ? std::string(shown_.size(), '\b') : "\r";
  if (!text.empty()) bytes += (on_screen_ ? "" : head_) + text;
  err_.write_controls(bytes + clear_behind);
  err_.flush();
  shown_ = text;
}

}  // namespace muster
