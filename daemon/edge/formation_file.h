// Keeps the formation that was last wished for, as text that can be typed back in: `web=2
// worker=1`. A saved formation survives the death of this process at once, and a power cut once the
// thread pool has synced it.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/uv/work.h"
#include "proto/record.h"

namespace muster {

class FormationFile {
 public:
  FormationFile(Loop& loop, std::string path) : path_(std::move(path)), sync_(loop) {}

  // Nothing if there is no file yet; an error names what is wrong with it.
  Result<std::optional<FormationCounts>> load() const;
  // Replaces the file by rename.
  Result<> save(const FormationCounts& formation);

 private:
  void sync();

  std::string path_;
  bool saved_since_sync_ = false;
  Work sync_;
};

}  // namespace muster
