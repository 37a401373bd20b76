// The deposits of the supervisor: descriptors and a note under (kind, key), found by key and by
// process id in constant time. Not a queue: a deposit stays until it is forgotten. The table is
// plain memory that is all zero at first, so that it can lie in a mapped file and outlive this
// program; index 0 means "none".
#pragma once

#include <sys/types.h>

#include "daemon/keeper/channel.h"

namespace muster::keeper {

struct Deposit {
  Message item;  // as it is answered to `list`; `kind` is 0 where the place is free
  int fds[max_fds];
  uint16_t next_of_key;  // the next one in the same bucket; of the free ones where it is free
  uint16_t next_of_pid;
};

class Deposits {
 public:
  static constexpr uint32_t buckets = 4096;
  struct Table {
    uint32_t count;
    uint32_t refused;  // deposits for which there was no place
    uint16_t places_used;
    uint16_t first_free;
    uint16_t by_key[buckets], by_pid[buckets];
    Deposit places[max_deposits + 1];
  };
  static_assert(max_deposits < UINT16_MAX);

  explicit Deposits(Table& table) : table_(table) {}

  void put(const Parcel& parcel);  // takes the descriptors over
  void set_pid(Kind kind, uint64_t key, pid_t pid);
  // The process that was deposited with it, 0 if there is none. Closes the descriptors.
  pid_t forget(Kind kind, uint64_t key);

  bool has_pid(pid_t pid) const;
  bool is_only_a_lock() const;
  uint32_t refused() const { return table_.refused; }

  // The first deposit behind place `after`, which is moved to it; null at the end. 0 to begin.
  const Deposit* next(uint32_t& after) const;
  void close_on_exec(bool on) const;

 private:
  uint16_t& link_to(Kind kind, uint64_t key);
  void link_pid(uint16_t place, pid_t pid);

  Table& table_;
};

}  // namespace muster::keeper
