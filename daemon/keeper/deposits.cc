// See deposits.h. Two hash tables with chains over one array.
#include "daemon/keeper/deposits.h"

#include <fcntl.h>

#include <algorithm>

namespace muster::keeper {

namespace {

uint32_t bucket_of(uint64_t number) {
  return static_cast<uint32_t>((number * 0x9E3779B97F4A7C15u) >> 52);
}
static_assert(Deposits::buckets == 1u << 12);

}  // namespace

// The link that names the deposit, in its bucket or in the one before it; where there is no such
// deposit, the last link, which is 0.
uint16_t& Deposits::link_to(Kind kind, uint64_t key) {
  uint16_t* link = &table_.by_key[bucket_of(key * 8 + static_cast<uint64_t>(kind))];
  while (*link != 0) {
    Deposit& at = table_.places[*link];
    if (at.item.kind == kind && at.item.key == key) break;
    link = &at.next_of_key;
  }
  return *link;
}

void Deposits::link_pid(uint16_t place, pid_t pid) {
  Deposit& deposit = table_.places[place];
  if (deposit.item.pid > 0) {
    uint16_t* link = &table_.by_pid[bucket_of(static_cast<uint64_t>(deposit.item.pid))];
    while (*link != place) link = &table_.places[*link].next_of_pid;
    *link = deposit.next_of_pid;
  }
  deposit.item.pid = pid > 0 ? pid : 0;
  if (pid <= 0) return;
  uint16_t& first = table_.by_pid[bucket_of(static_cast<uint64_t>(pid))];
  deposit.next_of_pid = first;
  first = place;
}

void Deposits::put(const Parcel& parcel) {
  const Message& message = parcel.message;
  uint16_t* link = &link_to(message.kind, message.key);
  uint16_t place = *link;
  if (place != 0) {
    close_all(table_.places[place].fds, table_.places[place].item.fd_count);
  } else if (message.kind == Kind{0} ||
             (table_.first_free == 0 && table_.places_used == max_deposits)) {
    ++table_.refused;
    return close_all(parcel.fds, message.fd_count);
  } else {
    place = table_.first_free;
    if (place != 0)
      table_.first_free = table_.places[place].next_of_key;
    else
      place = ++table_.places_used;
    table_.places[place] = {};
    *link = place;
    ++table_.count;
  }
  Deposit& deposit = table_.places[place];
  link_pid(place, message.pid);
  deposit.item = message;
  deposit.item.verb = Verb::item;
  deposit.item.pid = message.pid > 0 ? message.pid : 0;
  deposit.item.value = static_cast<int32_t>(parcel.fds_lost);
  std::copy_n(parcel.fds, message.fd_count, deposit.fds);
}

void Deposits::set_pid(Kind kind, uint64_t key, pid_t pid) {
  if (uint16_t place = link_to(kind, key); place != 0) link_pid(place, pid);
}

pid_t Deposits::forget(Kind kind, uint64_t key) {
  uint16_t& link = link_to(kind, key);
  const uint16_t place = link;
  if (place == 0) return 0;
  Deposit& deposit = table_.places[place];
  const pid_t pid = deposit.item.pid;
  close_all(deposit.fds, deposit.item.fd_count);
  link_pid(place, 0);
  link = deposit.next_of_key;
  deposit.item.kind = Kind{0};
  deposit.next_of_key = table_.first_free;
  table_.first_free = place;
  --table_.count;
  return pid;
}

bool Deposits::has_pid(pid_t pid) const {
  uint16_t place = table_.by_pid[bucket_of(static_cast<uint64_t>(pid))];
  while (place != 0 && table_.places[place].item.pid != pid)
    place = table_.places[place].next_of_pid;
  return place != 0;
}

bool Deposits::is_only_a_lock() const {
  uint32_t place = 0;
  while (const Deposit* deposit = next(place))
    if (deposit->item.kind != Kind::lock) return false;
  return true;
}

const Deposit* Deposits::next(uint32_t& after) const {
  while (++after <= table_.places_used)
    if (table_.places[after].item.kind != Kind{0}) return &table_.places[after];
  return nullptr;
}

void Deposits::close_on_exec(bool on) const {
  uint32_t place = 0;
  while (const Deposit* deposit = next(place))
    for (uint32_t i = 0; i < deposit->item.fd_count; ++i)
      fcntl(deposit->fds[i], F_SETFD, on ? FD_CLOEXEC : 0);
}

}  // namespace muster::keeper
