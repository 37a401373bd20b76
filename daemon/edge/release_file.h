// Keeps the app's releases, config vars included: one file, replaced by rename and only told to be
// kept when it is on the disk, so that what was answered outlives a power cut. Mode 0600. Decides
// nothing.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/uv/work.h"
#include "daemon/core/releases.h"

namespace muster {

class ReleaseFile {
 public:
  ReleaseFile(Loop& loop, std::string path) : path_(std::move(path)), work_(loop) {}

  // None if there is no file yet; an error names what is wrong with it.
  static Result<Releases> load(const std::string& path);

  // In the thread pool; `done` is called in the loop, once. Not to be called before that again.
  void keep(const Releases& releases, std::function<void(Result<>)> done);

 private:
  std::string path_;
  Work work_;
};

}  // namespace muster
