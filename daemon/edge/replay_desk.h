// Serves replays to clients: reads the journal in the thread pool, sends as much as each client has
// granted, and ends each with the number from which live messages follow. A client that does not
// read costs a cursor and nothing else. Keeps: a replay ends, however fast the journal grows, and
// with its client.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/uv/work.h"
#include "daemon/edge/exchange.h"
#include "daemon/edge/refusal_log.h"
#include "proto/message.h"
#include "router/replay.h"

namespace muster {

class ReplayDesk {
 public:
  struct Bounds {
    uint64_t first;       // before it nothing is missing to who asks
    uint64_t last;        // in the journal
    std::string journal;  // which one it is
  };
  using FindBounds = std::function<Bounds(const ReplayRequest&)>;
  // `outlet` outlives the desk.
  ReplayDesk(Loop& loop, std::string journal_dir, FindBounds bounds, const Outlet& outlet);
  ~ReplayDesk();

  // Takes ReplayRequest, and CreditRequest and CancelRequest of a replay that it serves. False: not
  // for this desk.
  bool take(const ClientId& client, const Request& request);
  // The client has gone.
  void forget(const ClientId& client);

  size_t exchanges() const { return served_.size(); }

 private:
  struct Served;
  using Key = std::pair<ClientId, uint64_t>;
  using AllServed = std::map<Key, std::unique_ptr<Served>>;

  void begin(const Key& key, const ReplayRequest& request);
  void read_on(const Key& key, Served& served);
  void on_read(const Key& key);
  AllServed::iterator stop(AllServed::iterator served);

  Loop& loop_;
  std::string journal_dir_;
  FindBounds bounds_;
  const Outlet& outlet_;
  RefusalLog log_;
  AllServed served_;
  // Freed at the next request, never inside their own callback.
  std::vector<std::unique_ptr<Served>> ended_;
};

}  // namespace muster
