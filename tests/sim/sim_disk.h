// A disk on which a program may die at any operation, before it, after it or halfway through a
// write; what was written stays. Dying is an exception: nothing on the router's way catches it, so
// nothing more reaches disk, windows or bus.
#pragma once

#include <functional>

#include "rng.h"
#include "tests/support/memory_storage.h"

namespace muster::sim {

struct Killed {};

class KillClock {
 public:
  explicit KillClock(Rng& rng) : rng_(rng) {}
  void arm(uint64_t operations) { left_ = operations; }
  void disarm() { left_ = UINT64_MAX; }
  // Whether this operation is the last. The one who asks does a part of it, then kills.
  bool is_due() { return left_ != UINT64_MAX && left_-- == 0; }
  [[noreturn]] void kill() {
    disarm();
    throw Killed{};
  }
  // An operation that is done whole or not at all.
  template <class Operation>
  auto operation(Operation operation) {
    if (!is_due()) return operation();
    if (rng_.percent(50)) (void)operation();
    kill();
  }
  Rng& rng() { return rng_; }

 private:
  Rng& rng_;
  uint64_t left_ = UINT64_MAX;
};

// Changes bytes on their way to the disk, which are acknowledged as they were.
using TamperWrite = std::function<void(std::string& bytes)>;

class SimFile : public MemoryFile {
 public:
  SimFile(MemoryDisk& disk, std::string name, KillClock& clock, const TamperWrite& tamper)
      : MemoryFile(disk, std::move(name)), clock_(clock), tamper_(tamper) {}

  Result<size_t> write(std::string_view data, uint64_t offset) override {
    if (clock_.is_due()) {
      if (size_t part = clock_.rng().below(data.size() + 1); part > 0)
        (void)MemoryFile::write(data.substr(0, part), offset);
      clock_.kill();
    }
    if (!tamper_) return MemoryFile::write(data, offset);
    std::string bytes(data);
    tamper_(bytes);
    if (!bytes.empty()) (void)MemoryFile::write(bytes, offset);
    return data.size();
  }
  Result<> truncate(uint64_t size) override {
    return clock_.operation([&] { return MemoryFile::truncate(size); });
  }

 private:
  KillClock& clock_;
  const TamperWrite& tamper_;
};

class SimStorage : public MemoryStorage {
 public:
  SimStorage(MemoryDisk& disk, KillClock& clock, const TamperWrite& tamper)
      : MemoryStorage(disk), disk_(disk), clock_(clock), tamper_(tamper) {}

  Result<std::unique_ptr<journal::StorageFile>> open(const std::string& name, Mode mode) override {
    return clock_.operation([&]() -> Result<std::unique_ptr<journal::StorageFile>> {
      if (auto opened = MemoryStorage::open(name, mode); !opened) return opened;
      return std::make_unique<SimFile>(disk_, name, clock_, tamper_);
    });
  }
  Result<> remove(const std::string& name) override {
    return clock_.operation([&] { return MemoryStorage::remove(name); });
  }

 private:
  MemoryDisk& disk_;
  KillClock& clock_;
  const TamperWrite& tamper_;
};

// Something that does not work from now on.
inline void fault(MemoryDisk& disk, Rng& rng) {
  const uint64_t what = rng.below(5);
  if (what == 0) disk.writes_fail = true;
  if (what == 1) disk.capacity = disk.used() + rng.below(2000);
  if (what == 2) disk.creates_fail = true;
  if (what == 3) disk.truncates_fail = true;
  if (what == 4) disk.write_at_most = 1 + rng.below(500);
}

inline void mend(MemoryDisk& disk) {
  MemoryDisk::Files files = std::move(disk.files);
  disk = {};
  disk.files = std::move(files);
}

}  // namespace muster::sim
