// Serves replays to clients: reads the journal in the thread pool, sends as much as each client has
// granted, and ends each with the number from which live messages follow. A client that does not
// read costs a cursor and nothing else. Keeps: a replay ends, however fast the journal grows.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/uv/work.h"
#include "daemon/core/event.h"
#include "proto/message.h"
#include "router/replay.h"

namespace muster {

class ReplayDesk {
 public:
  // `send` returns false when the client is gone or does not read.
  using Send = std::function<bool(const ClientId&, const Reply&)>;
  struct Bounds {
    uint64_t first;       // before it nothing is missing to who asks
    uint64_t last;        // in the journal
    std::string journal;  // which one it is
  };
  using FindBounds = std::function<Bounds(const ReplayRequest&)>;
  ReplayDesk(Loop& loop, std::string journal_dir, FindBounds bounds, Send send);
  ~ReplayDesk();

  // Takes ReplayRequest, and CreditRequest and CancelRequest of a replay that it serves. False: not
  // for this desk.
  bool take(const ClientId& client, const Request& request);

 private:
  struct Exchange;
  using Key = std::pair<ClientId, uint64_t>;

  void begin(const Key& key, const ReplayRequest& request);
  void read_on(const Key& key, Exchange& exchange);
  void on_read(const Key& key);

  Loop& loop_;
  std::string journal_dir_;
  FindBounds bounds_;
  Send send_;
  std::map<Key, std::unique_ptr<Exchange>> exchanges_;
  std::vector<std::unique_ptr<Exchange>>
      ended_;  // freed at the next begin, never inside their own callback
};

}  // namespace muster
