// Replies that wait until processes have got somewhere: `stop` until they rest, `start` and
// `restart` until they have been launched, and whatever says so until all are up. Keeps: every
// reply that was opened is given exactly once, when the last process that it waits for has reported
// and has come, or when its time is over, unless its client has gone.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "daemon/core/outbox.h"
#include "proto/process_name.h"

namespace muster {

using WaiterId = uint64_t;

// The state of things that a client waits for: it looks at processes, it is not told by them.
struct Arrival {
  std::vector<ProcessName> coming, leaving;
  LaunchId from = 0;                     // of those that come: launched anew, not before this one
  std::optional<uint64_t> release = {};  // whose trial is to be over as well
  MonoTime until{};
  // The look goes round all of them, those that come first: where it stands, and on how many in a
  // row it has found nothing to wait for. So mostly it is a look at one of them.
  size_t at = 0, in_a_row = 0;
};

class Waiting {
 public:
  // Requests that may wait at one time; each holds a little memory for as long as a stop takes.
  static constexpr size_t limit = 1024;

  explicit Waiting(Outbox& out) : out_(out) {}

  bool full() const { return waiters_.size() >= limit; }
  size_t of_client(const ClientId& client) const;
  // There is no client any more to be answered.
  void forget(const ClientId& client);
  size_t size() const { return waiters_.size(); }
  // Whether an answer to it is still to come from here.
  bool knows(const Asker& asker) const;

  // `names`: what the reply will say was touched. Not answered before `close`, however fast the
  // processes are.
  WaiterId open(Asker asker, std::vector<std::string> names);
  // `done` is the answer when that is so; with no arrival, as soon as all have reported.
  WaiterId open(Asker asker, ReplyBody done, std::optional<Arrival> arrival);
  void close(WaiterId id) { report(id); }

  // The reply shall wait for one more report.
  void expect(WaiterId id) { waiters_.at(id).missing++; }
  // A report that was expected, perhaps for a reply that was forgotten. A problem turns the reply
  // into a refusal that says so.
  void report(WaiterId id, std::string problem = {});
  // The same for all of `ids`, which is left empty.
  void report_all(std::vector<WaiterId>& ids, const std::string& problem = {});

  // How it stands with an arrival: over, as it was to be or not.
  struct Outlook {
    bool is_over = false;
    std::optional<RefusedReply> refused = {};
  };
  // Asks `judge` about each arrival; `reported`: nothing but it is missing.
  void look(const std::function<Outlook(Arrival& arrival, bool reported)>& judge);
  // When the first of them is late.
  std::optional<MonoTime> next_deadline() const;

 private:
  struct Waiter {
    Asker asker;
    ReplyBody done;
    std::optional<Arrival> arrival;
    std::vector<std::string> problems = {};
    size_t missing = 1;
  };

  Outbox& out_;
  std::map<WaiterId, Waiter> waiters_;
  WaiterId next_ = 1;
};

}  // namespace muster
