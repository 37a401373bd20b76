// See waiting.h.
#include "daemon/core/waiting.h"

#include <algorithm>

#include "daemon/core/listing.h"

namespace muster {

WaiterId Waiting::open(Asker asker, std::vector<std::string> names) {
  return open(std::move(asker), DoneReply{std::move(names)}, {});
}

WaiterId Waiting::open(Asker asker, ReplyBody done, std::optional<Arrival> arrival) {
  waiters_.emplace(next_, Waiter{std::move(asker), std::move(done), std::move(arrival)});
  return next_++;
}

bool Waiting::knows(const Asker& asker) const {
  return std::any_of(waiters_.begin(), waiters_.end(), [&](auto& entry) {
    const Asker& other = entry.second.asker;
    return other.client == asker.client && other.request_id == asker.request_id;
  });
}

size_t Waiting::of_client(const ClientId& client) const {
  return static_cast<size_t>(std::count_if(waiters_.begin(), waiters_.end(), [&](auto& entry) {
    return entry.second.asker.client == client;
  }));
}

void Waiting::forget(const ClientId& client) {
  std::erase_if(waiters_, [&](auto& entry) { return entry.second.asker.client == client; });
}

void Waiting::report(WaiterId id, std::string problem) {
  auto it = waiters_.find(id);
  if (it == waiters_.end()) return;
  Waiter& waiter = it->second;
  if (!problem.empty()) waiter.problems.push_back(std::move(problem));
  if (--waiter.missing > 0) return;
  if (waiter.problems.empty() && waiter.arrival) return;
  if (waiter.problems.empty())
    out_.answer(waiter.asker, std::move(waiter.done));
  else
    out_.answer(waiter.asker, RefusedReply{Refusal::no, listing(waiter.problems, "; ")});
  waiters_.erase(it);
}

void Waiting::look(const std::function<Outlook(Arrival&, bool)>& judge) {
  for (auto it = waiters_.begin(); it != waiters_.end();) {
    Waiter& waiter = it->second;
    Outlook outlook;
    if (waiter.arrival) outlook = judge(*waiter.arrival, waiter.missing == 0);
    if (!outlook.is_over) {
      ++it;
      continue;
    }
    out_.answer(waiter.asker,
                outlook.refused ? ReplyBody(std::move(*outlook.refused)) : std::move(waiter.done));
    it = waiters_.erase(it);
  }
}

std::optional<MonoTime> Waiting::next_deadline() const {
  std::optional<MonoTime> first;
  for (auto& [id, waiter] : waiters_)
    if (waiter.arrival) first = std::min(first.value_or(MonoTime::max()), waiter.arrival->until);
  return first;
}

void Waiting::report_all(std::vector<WaiterId>& ids, const std::string& problem) {
  for (WaiterId id : std::exchange(ids, {})) report(id, problem);
}

}  // namespace muster
