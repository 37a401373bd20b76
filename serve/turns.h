// The order in which exchanges are served: clients one after the other, and those of one client in
// the order in which they were asked for. Keeps: a client that asks for much waits for itself, and
// no other waits for it.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <utility>

#include "proto/ids.h"

namespace muster {

class Turns {
 public:
  using Turn = std::pair<ClientId, uint64_t>;  // an exchange

  void add(const Turn& turn) {
    auto& wanted = of_[turn.first];
    if (wanted.empty()) clients_.push_back(turn.first);
    wanted.push_back(turn.second);
  }
  // Taken out.
  std::optional<Turn> next() {
    if (clients_.empty()) return {};
    const ClientId client = std::move(clients_.front());
    clients_.pop_front();
    const auto wanted = of_.find(client);
    const Turn turn{client, wanted->second.front()};
    wanted->second.pop_front();
    if (wanted->second.empty())
      of_.erase(wanted);
    else
      clients_.push_back(client);
    return turn;
  }

 private:
  std::deque<ClientId> clients_;  // those that want something
  std::map<ClientId, std::deque<uint64_t>> of_;
};

}  // namespace muster
