// Keeps the app's releases, config vars included: one file, replaced by rename and only told to be
// kept when it is on the disk, so that what was answered outlives a power cut. Mode 0600. Decides
// nothing.
#pragma once

#include <array>
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

  // These are in force, and the file is as it was when they were read.
  void is_kept(const Releases& releases);
  // Once a second: writes those in force again where the file was taken away or changed. Says so;
  // empty if all is well.
  std::string look();

 private:
  using FileState = std::array<int64_t, 3>;  // inode, size, time
  FileState state() const;

  std::function<void()> next_;  // waits until what was found by a look has been written
  std::string bytes_;           // of those in force; empty: not known yet
  FileState as_left_{};
  std::string path_;
  Work work_;
};

}  // namespace muster
