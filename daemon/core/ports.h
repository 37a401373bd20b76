// Which process has which port. Not what listens on it: only the numbers that were handed out.
// Keeps: no two processes of the app have the same one, and none is above 65535.
#pragma once

#include <cstdint>
#include <optional>
#include <set>

namespace muster {

class Ports {
 public:
  static constexpr uint32_t per_type = 100;

  explicit Ports(uint32_t base) : base_(base) {}

  // Base + 100 * type + number - 1, as foreman has it. If that is taken, or the number is above 100
  // and so would fall among the next type's, the next free one above those of all types. It is
  // nothing if none is free.
  std::optional<uint32_t> take(size_t type_index, size_t types, uint32_t number);
  // Takes a port that was taken in an earlier life. False if it is taken in this one.
  bool keep(uint32_t port) { return taken_.insert(port).second; }
  void release(uint32_t port) { taken_.erase(port); }

 private:
  uint32_t base_;
  std::set<uint32_t> taken_;
  uint32_t cursor_ = 0;  // where the last search above all types ended
};

}  // namespace muster
