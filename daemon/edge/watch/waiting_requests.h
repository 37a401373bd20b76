// The requests that wait until the app's files have been looked at. Keeps: those of one client stay
// in the order in which they came, and clients take turns, however much one of them asks at once.
#pragma once

#include <deque>
#include <unordered_map>
#include <vector>

#include "daemon/core/event.h"

namespace muster {

class WaitingRequests {
 public:
  struct Entry {
    Event event;  // a Requested, or a ClientLost
    bool wants_a_look = false;
    size_t bytes = 0;  // counted for the client while it is there
  };

  bool empty() const { return clients_.empty(); }
  // True if the next request of the client has to wait, lest it overtakes another.
  bool has(const ClientId& client) const { return clients_.contains(client); }
  void add(const ClientId& client, Entry entry) { clients_[client].push_back(std::move(entry)); }
  // The client has gone: no answer finds it. Its changes stay, for they were asked for; takes out
  // the others, and has the core told of the end when the last of its changes is taken.
  void end(const ClientId& client);

  // To be called after a look: takes the first of each client, and those behind it for which no
  // look is wanted.
  std::vector<Entry> take_turn();
  std::vector<Entry> take_all();

 private:
  std::unordered_map<ClientId, std::deque<Entry>> clients_;  // none is empty
};

}  // namespace muster
