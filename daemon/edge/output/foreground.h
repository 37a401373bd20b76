// The lines that musterd shows in a terminal: `10:14:40 web.1     | Listening on port 5000`. A
// thread of its own reads the journal, like `ctl logs` does, so that a terminal that is stopped
// delays nothing and loses nothing.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/terminal_line.h"
#include "base/time.h"
#include "base/unique_fd.h"
#include "proto/line_joiner.h"
#include "proto/loss_text.h"
#include "proto/record.h"

namespace muster {

struct ForegroundStyle {
  std::vector<std::string> types;
  LineLook look;
  bool timestamp = true;
  std::optional<std::string> json_of = {};  // an object a line, each with this name of the app
};

// Lines for the foreground, appended to `out`. Pure.
class ForegroundFormat {
 public:
  explicit ForegroundFormat(ForegroundStyle style);

  void line(WallTime time, std::string_view process, std::string_view text, std::string& out);
  // Only what a person in front of it wants to see of muster's own events: starts, exits, errors,
  // scaling.
  void event(const EventRecord& event, std::string& out);
  // In place of what the terminal was too slow for.
  void lost(const LostRecords& lost, std::string& out);

 private:
  void head(WallTime time, std::string_view process, std::string& out);
  // A line of muster's own, in which nothing is obeyed.
  void say(WallTime time, std::string_view process, std::string_view text, std::string& out);

  ForegroundStyle style_;
  TypeColours colours_;
  TerminalLines lines_;
  size_t width_;               // of the process column: wide enough that scaling does not shift it
  int64_t clock_second_ = -1;  // the last formatted second, since formatting local time is slow
  std::string clock_;
};

// A small file in which an earlier supervisor may have noted the last seq that it printed.
UniqueFd open_position(const std::string& path);
std::optional<uint64_t> read_position(const UniqueFd& position);

class Foreground {
 public:
  // Prints to `fd` (not owned) what is journaled with a seq >= `from`. How far it has come is noted
  // in `position`, if there is one.
  Foreground(std::string journal_dir, uint64_t from, UniqueFd position, int fd,
             ForegroundStyle style);
  // Gives up what has not been printed.
  ~Foreground();

  // Once a second: where the path does not lead to the position any more, it is put there again.
  // True if that was so.
  bool look(const std::string& path);

  // There may be something new. Cheap; does not wait.
  void wake();
  // Waits until everything up to `seq` has been printed, at most for `patience`.
  void drain(uint64_t seq, Nanos patience);

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;  // the thread's too: it may be stuck in a write for ever
};

}  // namespace muster
