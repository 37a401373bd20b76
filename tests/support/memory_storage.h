// A disk in memory that can fill up, fail and be damaged, for tests of what stands on
// journal::Storage. Copies share nothing; a MemoryStorage is a view of a MemoryDisk, as a process
// is of a directory.
#pragma once

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "router/journal/storage.h"

namespace muster {

class MemoryFile;

struct MemoryDisk {
  using Files = std::map<std::string, std::string>;
  Files files;
  uint64_t capacity = UINT64_MAX;   // beyond: "No space left on device"; what fits is written
  size_t write_at_most = SIZE_MAX;  // a write is cut short to so many bytes
  bool writes_fail = false;         // "Input/output error"
  bool truncates_fail = false;
  bool creates_fail = false;
  bool removes_fail = false;
  bool renames_fail = false;
  bool syncs_fail = false;           // "Input/output error"
  uint64_t syncs_after_failure = 0;  // of a file whose sync had failed: there must be none
  Files synced;                      // contents at the last sync
  Files durable;                     // what a power cut leaves: of names that were synced too
  std::set<std::string> new_names;   // since the directory was synced
  uint64_t unreadable_from = UINT64_MAX, unreadable_to = UINT64_MAX;  // offsets, in any file
  std::string unopenable;  // "Too many open files", for the file of this name
  uint64_t bytes_read = 0;
  std::set<MemoryFile*> open;

  void power_cut() {
    files = synced = durable;
    new_names.clear();
  }

  uint64_t used() const {
    uint64_t used = 0;
    for (auto& [name, bytes] : files) used += bytes.size();
    return used;
  }
};

class MemoryFile : public journal::StorageFile {
 public:
  MemoryFile(MemoryDisk& disk, std::string name) : disk_(disk), name_(std::move(name)) {
    disk_.open.insert(this);
  }
  ~MemoryFile() override { disk_.open.erase(this); }
  const std::string& name() const { return name_; }
  void renamed(const std::string& name) { name_ = name; }
  // Replaced by another of its name: it lives on for whoever has it open.
  void lose_name() {
    deleted_ = bytes();
    name_.clear();
  }

  Result<uint64_t> size() override {
    return disk_.files.contains(name_) ? uint64_t(bytes().size()) : 0;
  }

  Result<size_t> read(char* into, size_t count, uint64_t offset) override {
    if (offset < disk_.unreadable_to && offset + count > disk_.unreadable_from)
      return fail("read: Input/output error");
    if (offset >= bytes().size()) return size_t(0);
    count = std::min<size_t>(count, bytes().size() - offset);
    std::memcpy(into, bytes().data() + offset, count);
    disk_.bytes_read += count;
    return count;
  }

  Result<size_t> write(std::string_view data, uint64_t offset) override {
    if (disk_.writes_fail) return fail("write: Input/output error");
    uint64_t others = disk_.used() - bytes().size();
    uint64_t end = disk_.capacity > others ? disk_.capacity - others : 0;
    if (offset >= end) return fail("write: No space left on device");
    data = data.substr(0, std::min<uint64_t>(disk_.write_at_most, end - offset));
    if (bytes().size() < offset + data.size()) bytes().resize(offset + data.size());
    std::memcpy(bytes().data() + offset, data.data(), data.size());
    return data.size();
  }

  Result<> sync() override {
    if (failed_) disk_.syncs_after_failure++;
    failed_ = disk_.syncs_fail;
    if (failed_) return fail("fdatasync: Input/output error");
    disk_.synced[name_] = bytes();
    if (!disk_.new_names.contains(name_)) disk_.durable[name_] = bytes();
    return {};
  }

  Result<> truncate(uint64_t size) override {
    if (disk_.truncates_fail) return fail("truncate: Input/output error");
    bytes().resize(size);
    return {};
  }

 private:
  std::string& bytes() { return disk_.files.contains(name_) ? disk_.files[name_] : deleted_; }

  MemoryDisk& disk_;
  std::string name_;
  std::string deleted_;
  bool failed_ = false;
};

// The directory as a file: its names, not what is in the files.
class MemoryDirectory : public journal::StorageFile {
 public:
  explicit MemoryDirectory(MemoryDisk& disk) : disk_(disk) {}
  Result<uint64_t> size() override { return fail("size: Is a directory"); }
  Result<size_t> read(char*, size_t, uint64_t) override { return fail("read: Is a directory"); }
  Result<size_t> write(std::string_view, uint64_t) override {
    return fail("write: Is a directory");
  }
  Result<> truncate(uint64_t) override { return fail("truncate: Is a directory"); }
  Result<> sync() override {
    if (disk_.syncs_fail) return fail("fdatasync: Input/output error");
    for (auto& name : disk_.new_names) disk_.durable[name] = disk_.synced[name];
    std::erase_if(disk_.durable, [&](auto& file) { return !disk_.files.contains(file.first); });
    disk_.new_names.clear();
    return {};
  }

 private:
  MemoryDisk& disk_;
};

class MemoryStorage : public journal::Storage {
 public:
  explicit MemoryStorage(MemoryDisk& disk) : disk_(disk) {}

  Result<std::vector<std::string>> list() override {
    std::vector<std::string> names;
    for (auto& [name, bytes] : disk_.files) names.push_back(name);
    std::reverse(names.begin(), names.end());  // a directory has no order
    return names;
  }

  Result<std::unique_ptr<journal::StorageFile>> open(const std::string& name, Mode mode) override {
    if (name == disk_.unopenable) return fail("open {}: Too many open files", name);
    if (mode == Mode::create) {
      if (disk_.creates_fail) return fail("open {}: No space left on device", name);
      if (!disk_.files.contains(name)) {
        disk_.new_names.insert(name);
        disk_.synced.erase(name);
      }
      disk_.files[name].clear();
    }
    if (!disk_.files.contains(name)) return fail("open {}: No such file or directory", name);
    return std::make_unique<MemoryFile>(disk_, name);
  }

  Result<> remove(const std::string& name) override {
    if (disk_.removes_fail) return fail("remove {}: Input/output error", name);
    disk_.files.erase(name);
    return {};
  }

  Result<> rename(const std::string& from, const std::string& to) override {
    if (disk_.renames_fail) return fail("rename {} to {}: Input/output error", from, to);
    for (MemoryFile* file : disk_.open)
      if (file->name() == to) file->lose_name();
    for (MemoryFile* file : disk_.open)
      if (file->name() == from) file->renamed(to);
    disk_.files[to] = std::move(disk_.files[from]);
    disk_.synced[to] = disk_.synced[from];
    disk_.files.erase(from);
    disk_.new_names.insert(to);
    return {};
  }

  Result<std::unique_ptr<journal::StorageFile>> open_directory() override {
    return std::make_unique<MemoryDirectory>(disk_);
  }

 private:
  MemoryDisk& disk_;
};

}  // namespace muster
