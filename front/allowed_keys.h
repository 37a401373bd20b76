// The keys that are let in, as the daemon keeps them in a file that it replaces by a rename. Keeps:
// a key that was taken out of the file is let in no more from the next look on, and while the file
// cannot be read none is.
#pragma once

#include <string>
#include <vector>

#include "base/own_file.h"
#include "proto/remote_keys.h"

namespace muster {

class AllowedKeys {
 public:
  explicit AllowedKeys(std::string path) : path_(std::move(path)) {}

  // Reads the file if it is another one than at the last look. True if there was something to read,
  // or something wrong.
  bool look();
  // The reason why nobody is let in; empty if somebody may be.
  const std::string& trouble() const { return trouble_; }
  // Looks for the bytes of a key; null if it is not in the list.
  const RemoteKey* find(std::string_view key) const;

 private:
  std::string path_, trouble_;
  FileState seen_{};
  bool has_looked_ = false;
  std::vector<RemoteKey> keys_;
};

}  // namespace muster
