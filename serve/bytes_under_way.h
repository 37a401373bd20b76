// The account of the bytes that clients and subscribers have been sent and have not taken yet, and
// of what is kept for them. Keeps: they are bounded for each and for all together, and the client
// that owes most is dropped first. No client loses by that: one that is dropped connects anew, and
// asks again.
#pragma once

#include <vector>

#include "base/zmq/tally.h"

namespace muster {

class BytesUnderWay {
 public:
  // The largest reply that there is fits.
  static constexpr size_t of_one = 16 << 20;
  // A few who read nothing, or many who are slow.
  static constexpr size_t of_all = 64 << 20;

  // The debts of the clients of one socket.
  class Debtors {
   public:
    virtual ~Debtors() = default;
    // By all of them that are not being dropped already.
    virtual size_t owed() const = 0;
    // By the one that would be dropped; 0 if none is to be.
    virtual size_t most_owed() const = 0;
    // From then on it counts in neither of these, however long its end takes.
    virtual void drop_most() = 0;
  };

  // For tallies to count in.
  const std::shared_ptr<Tally>& all() const { return all_; }
  // They must outlive the last call of settle().
  void add(Debtors& debtors) { debtors_.push_back(&debtors); }
  // To be called when something was added to a tally: drops those that it must.
  void settle() {
    if (all_->bytes() > of_all) drop_who_owes_most();
  }
  uint64_t dropped() const { return dropped_; }

 private:
  void drop_who_owes_most();

  std::shared_ptr<Tally> all_ = std::make_shared<Tally>();
  std::vector<Debtors*> debtors_;
  uint64_t dropped_ = 0;
};

}  // namespace muster
