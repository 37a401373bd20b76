// A directory of files, as the journal needs it: the seam at which a simulated disk can stand in
// for a real one. Calls may fail at any time; a failed call has done nothing or a part of it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace muster::journal {

class StorageFile {
 public:
  virtual ~StorageFile() = default;
  // 0 if the file is no longer in the directory.
  virtual Result<uint64_t> size() = 0;
  // How many bytes were read: fewer than asked for only at the end of the file.
  virtual Result<size_t> read(char* into, size_t bytes, uint64_t offset) = 0;
  // How many were written, at least one.
  virtual Result<size_t> write(std::string_view bytes, uint64_t offset) = 0;
  virtual Result<> truncate(uint64_t size) = 0;
  // A number that no other file has; 0 where that is not known.
  virtual uint64_t identity() { return 0; }
  // Everything written is on the disk, or nothing is known about it; then this file is not to be
  // synced again. May take seconds: it is the one call that may be made in another thread.
  virtual Result<> sync() = 0;
};

class Storage {
 public:
  enum class Mode : uint8_t { read, write, create };  // create: for writing, emptied if it is there

  virtual ~Storage() = default;
  // Names in the directory; none where there is no directory.
  virtual Result<std::vector<std::string>> list() = 0;
  virtual Result<std::unique_ptr<StorageFile>> open(const std::string& name, Mode mode) = 0;
  virtual Result<> remove(const std::string& name) = 0;
  // Replaces what has the new name, at once.
  virtual Result<> rename(const std::string& from, const std::string& to) = 0;
  // Whether the name still leads to this open file.
  virtual bool leads_to(const std::string&, StorageFile&) { return true; }
  // A directory of which only sync() may be called: then the files of these names are on the disk.
  virtual Result<std::unique_ptr<StorageFile>> open_directory() = 0;
};

}  // namespace muster::journal
