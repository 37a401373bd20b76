// Tells when the files change that a process type watches, once a moment has passed in which none
// did. Leaves alone what git does, .git, node_modules and the files that editors make beside.
// Keeps: a change is told by a successor where the one that saw it died before it was
// acted on; reads no file but .gitignore and its own marks.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/uv/loop.h"
#include "daemon/core/event.h"
#include "daemon/edge/store/source_marks.h"

namespace muster {

class SourceTree;

class SourceWatch {
 public:
  // Its marks are kept in the file `marks`.
  SourceWatch(Loop& loop, std::string marks, std::function<void(Event)> sink);
  ~SourceWatch();

  struct Wanted {
    std::string type, directory;     // paths are from there on
    std::vector<std::string> paths;  // of directories and files
    bool operator==(const Wanted&) const = default;
  };
  // To be called before the others. A daemon that goes on has living processes, and their files may
  // have changed meanwhile.
  void begin(bool goes_on) { marks_.begin(goes_on); }
  // These and no others. A tree that is watched already goes on.
  void watch_only(std::vector<Wanted> wanted);
  // Once a second: what was not there may be there now.
  void look();
  // A sentence for each type of which not all is watched, as where the kernel's limits are reached.
  std::vector<std::string> alarms() const;

 private:
  void watch(Wanted wanted);

  Loop& loop_;
  SourceMarks marks_;
  std::function<void(Event)> sink_;
  std::vector<std::unique_ptr<SourceTree>> trees_;
};

}  // namespace muster
