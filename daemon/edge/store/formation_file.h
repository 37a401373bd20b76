// Keeps the formation that was last wished for, as text that can be typed back in: `web=2
// worker=1`, and in a line of its own, behind a '#', the number of the step that wished for it, by
// which it is known whether a ledger is older. A saved formation survives the death of this process
// at once, and a power cut once the thread pool has synced it.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/result.h"
#include "base/uv/work.h"
#include "proto/record.h"

namespace muster {

class FormationFile {
 public:
  FormationFile(Loop& loop, std::string path) : path_(std::move(path)), sync_(loop) {}

  struct Saved {
    FormationCounts counts;
    uint64_t step = 0;  // 0: an earlier version has written it
  };
  // It is nothing if there is no file yet; an error names what is wrong with it.
  Result<std::optional<Saved>> load() const;
  // Replaces the file by rename. After a failure, or where the file was taken away or changed,
  // look() does it again.
  Result<> save(const FormationCounts& formation, uint64_t step);

  // Once a second. Says what was found and has been put right; empty if all is well.
  std::string look();
  // Why it is not kept; trying again.
  const std::string& alarm() const { return alarm_; }

 private:
  Result<> save_again();
  void sync();

  std::string path_;
  std::string text_;                      // as it is to be; empty: not known yet
  std::pair<uint64_t, int64_t> as_left_;  // inode and time
  std::string alarm_;
  bool saved_since_sync_ = false;
  Work sync_;
};

}  // namespace muster
