// See waiting_requests.h.
#include "daemon/edge/watch/waiting_requests.h"

#include <algorithm>
#include <iterator>

#include "proto/verb.h"

namespace muster {

void WaitingRequests::end(const ClientId& client) {
  const auto found = clients_.find(client);
  if (found == clients_.end()) return;
  std::erase_if(found->second, [](const Entry& entry) {
    auto* asked = std::get_if<Requested>(&entry.event);
    return asked && is_question(asked->request.body);
  });
  for (auto& entry : found->second) entry.bytes = 0;
  found->second.push_back({ClientLost{client}});
}

std::vector<WaitingRequests::Entry> WaitingRequests::take_turn() {
  std::vector<Entry> taken;
  for (auto it = clients_.begin(); it != clients_.end();) {
    std::deque<Entry>& waiting = it->second;
    do {
      taken.push_back(std::move(waiting.front()));
      waiting.pop_front();
    } while (!waiting.empty() && !waiting.front().wants_a_look);
    it = waiting.empty() ? clients_.erase(it) : std::next(it);
  }
  return taken;
}

std::vector<WaitingRequests::Entry> WaitingRequests::take_all() {
  std::vector<Entry> taken;
  while (!empty()) std::ranges::move(take_turn(), std::back_inserter(taken));
  return taken;
}

}  // namespace muster
