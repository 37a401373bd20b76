// Whether a path still leads to the directory that it led to: it may be removed, moved away,
// replaced, or covered by a mount. Only looks.
#pragma once

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace muster {

class PlaceWatch {
 public:
  // As it is now.
  explicit PlaceWatch(std::string path);

  const std::string& path() const { return path_; }
  bool is_in_place() const;
  // From now on that is meant which the path leads to now.
  Result<> look_anew();

 private:
  std::string path_;
  UniqueFd directory_;  // holds on to it, so that no other can get its number
};

}  // namespace muster
