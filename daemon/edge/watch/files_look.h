// Whether the app's files are still what they were when they were read, found out in another
// thread, because their disk may not answer. Reads only what has another size, time or number than
// when it looked last. Keeps: nothing of them is taken.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/uv/work.h"
#include "daemon/core/event.h"

namespace muster {

class FilesLook {
 public:
  explicit FilesLook(Loop& loop);
  ~FilesLook();

  // `done` is told how they differ. Not to be called while busy.
  void look(std::vector<FileTaken> taken, std::function<void(FilesSeen)> done);
  bool busy() const { return work_.busy(); }

 private:
  class Eyes;
  std::shared_ptr<Eyes> eyes_;  // its thread owns them too, because it may outlive us
  Work work_;
};

}  // namespace muster
