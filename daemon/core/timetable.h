// When the types that have a schedule are due. Plain bookkeeping: what is done then is the
// requests' business. Keeps: a time that has come is told once, however late, and what is due is
// known to a core that goes on.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/core/types.h"

namespace muster {

using DueTimes = std::map<std::string, WallTime>;  // by type

class Timetable {
 public:
  // After the types were read: what is new or has another schedule is due at its next time.
  void follow(const Types& types, WallTime now);
  // For a core that goes on: before follow().
  void go_on_with(DueTimes due) { due_ = std::move(due); }

  // The types whose time has come; each is due at its next one from now on.
  std::vector<std::string> take_due(WallTime now);

  const DueTimes& due() const { return due_; }
  // When to look again. The wall clock may be set meanwhile, so it is not far away.
  std::optional<MonoTime> next_look(Now now) const;

 private:
  void plan(const std::string& type, WallTime now);

  DueTimes due_;
  std::map<std::string, Schedule> schedules_;  // after which `due_` was reckoned
  WallTime last_look_{};
};

}  // namespace muster
