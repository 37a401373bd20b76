// The directory of a drain: how far it is, and what was refused. Keeps: one program at a time has
// it, and it is closed to other users, for lines of the app are in it.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "drain/core/core.h"

namespace muster::drain {

class Place {
 public:
  // Makes the directory if there is none. Fails if another program has it.
  static Result<Place> open(std::string directory);

  // The cursor, if there is one yet; a damaged one is told, and the oldest record is the next.
  std::optional<Cursor> read_cursor() const;
  Result<> write(const Cursor& cursor) const;
  // Appends a line that was refused, as JSON; the oldest ones go when there are too many.
  Result<> put_aside(const Reject& reject, const std::string& app) const;

 private:
  Place(std::string directory, UniqueFd lock)
      : directory_(std::move(directory)), lock_(std::move(lock)) {}
  std::string path(const char* name) const { return directory_ + "/" + name; }

  std::string directory_;
  UniqueFd lock_;
};

}  // namespace muster::drain
