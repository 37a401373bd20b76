// See waiting.h.
#include "daemon/core/waiting.h"

#include <algorithm>

#include "base/check.h"
#include "daemon/core/listing.h"

namespace muster {

WaiterId Waiting::open(Asker asker, std::vector<std::string> names) {
  waiters_.emplace(next_, Waiter{std::move(asker), std::move(names), {}});
  return next_++;
}

bool Waiting::knows(const Asker& asker) const {
  return std::any_of(waiters_.begin(), waiters_.end(), [&](auto& entry) {
    const Asker& other = entry.second.asker;
    return other.client == asker.client && other.request_id == asker.request_id;
  });
}

void Waiting::report(WaiterId id, std::string problem) {
  auto it = waiters_.find(id);
  CHECK(it != waiters_.end(), "waiter {}", id);
  Waiter& waiter = it->second;
  if (!problem.empty()) waiter.problems.push_back(std::move(problem));
  if (--waiter.missing > 0) return;
  if (waiter.problems.empty())
    out_.answer(waiter.asker, DoneReply{std::move(waiter.names)});
  else
    out_.answer(waiter.asker, RefusedReply{Refusal::no, listing(waiter.problems, "; ")});
  waiters_.erase(it);
}

void Waiting::report_all(std::vector<WaiterId>& ids, const std::string& problem) {
  for (WaiterId id : std::exchange(ids, {})) report(id, problem);
}

}  // namespace muster
