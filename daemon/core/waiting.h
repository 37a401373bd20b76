// Replies that wait until processes have got somewhere: `stop` until they rest, `start` and
// `restart` until they have been launched. Keeps: every reply that was opened is given exactly
// once, when the last process that it waits for has reported, unless its client has gone.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "daemon/core/outbox.h"

namespace muster {

using WaiterId = uint64_t;

class Waiting {
 public:
  // Requests that may wait at one time; each holds a little memory for as long as a stop takes.
  static constexpr size_t limit = 1024;

  explicit Waiting(Outbox& out) : out_(out) {}

  bool full() const { return waiters_.size() >= limit; }
  size_t of_client(const ClientId& client) const;
  // Nobody is there any more to be answered.
  void forget(const ClientId& client);
  size_t size() const { return waiters_.size(); }
  // Whether an answer to it is still to come from here.
  bool knows(const Asker& asker) const;

  // `names`: what the reply will say was touched. Not answered before `close`, however fast the
  // processes are.
  WaiterId open(Asker asker, std::vector<std::string> names);
  void close(WaiterId id) { report(id); }

  // The reply shall wait for one more report.
  void expect(WaiterId id) { waiters_.at(id).missing++; }
  // One of the expected reports, perhaps of a reply that was forgotten. A problem turns the reply
  // into a refusal that says so.
  void report(WaiterId id, std::string problem = {});
  // The same for all of `ids`, which is left empty.
  void report_all(std::vector<WaiterId>& ids, const std::string& problem = {});

 private:
  struct Waiter {
    Asker asker;
    std::vector<std::string> names;
    std::vector<std::string> problems;
    size_t missing = 1;
  };

  Outbox& out_;
  std::map<WaiterId, Waiter> waiters_;
  WaiterId next_ = 1;
};

}  // namespace muster
