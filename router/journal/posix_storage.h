// The journal's directory on a real file system.
#pragma once

#include "router/journal/format.h"
#include "router/journal/storage.h"

namespace muster::journal {

class PosixStorage : public Storage {
 public:
  // The directory is created with the first file.
  explicit PosixStorage(std::string directory) : directory_(std::move(directory)) {}

  Result<std::vector<std::string>> list() override;
  Result<std::unique_ptr<StorageFile>> open(const std::string& name, Mode mode) override;
  Result<> remove(const std::string& name) override;
  Result<> rename(const std::string& from, const std::string& to) override;
  Result<std::unique_ptr<StorageFile>> open_directory() override;
  bool leads_to(const std::string& name, StorageFile& file) override;

 private:
  std::string path_of(const std::string& name) const { return directory_ + '/' + name; }

  std::string directory_;
};

// The boot id of the running kernel; zeros where it does not say.
BootId read_boot_id();

}  // namespace muster::journal
