// A mark for each process type of how the files that it watches were when they were told of last,
// in one file that is replaced by rename. A successor sees by it that something has changed while
// there was no supervisor, or just before one died. Keeps: a file that cannot be read or written
// is as none, and costs a restart at most.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace muster {

class SourceMarks {
 public:
  explicit SourceMarks(std::string path) : path_(std::move(path)) {}

  // The marks that an earlier supervisor of the same run has kept, or the file is removed.
  void begin(bool goes_on);
  // The mark of files that have been the same directories and files so far: `wanted` is their
  // digest.
  std::optional<uint64_t> of(const std::string& type, uint64_t wanted) const;
  void keep(const std::string& type, uint64_t wanted, uint64_t mark);
  void forget(const std::string& type);

 private:
  struct Mark {
    uint64_t wanted = 0, files = 0;
  };
  void write() const;

  std::string path_;
  std::map<std::string, Mark> marks_;
};

}  // namespace muster
