// Serves replays to clients, those that end and those that follow: reads the journal in the thread
// pool, sends as much as each client has granted, and wakes followers when something that they may
// want has been published. A client that does not read, or has read all, costs a cursor and nothing
// else.
//
// Keeps: a replay that is to end does so, however fast the journal grows, and each ends with its
// client; clients are read for in turn, a portion at a time.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/uv/timer.h"
#include "proto/message.h"
#include "router/topic_watch.h"
#include "serve/exchange.h"
#include "serve/refusal_log.h"
#include "serve/turns.h"

namespace muster {

class ReplayDesk {
 public:
  struct Bounds {
    uint64_t first;       // before it nothing is missing to who asks
    uint64_t last;        // in the journal
    std::string journal;  // which one it is
  };
  using FindBounds = std::function<Bounds(const ReplayRequest&)>;
  // `outlet` outlives the desk. `published` is the last seq that has been published by now.
  ReplayDesk(Loop& loop, std::string journal_dir, FindBounds bounds, const Outlet& outlet,
             uint64_t published);
  ~ReplayDesk();

  // Takes ReplayRequest, and CreditRequest and CancelRequest of a replay that it serves. False: not
  // for this desk.
  bool take(const ClientId& client, const Request& request);
  // The client has gone.
  void forget(const ClientId& client);
  // A record has been published.
  void on_published(std::string_view topic, std::string_view payload);
  // Another daemon is about to take over: followers are told to ask that one.
  void end_followers();

  size_t exchanges() const { return served_.size(); }

 private:
  struct Served;
  using Key = std::pair<ClientId, uint64_t>;
  using AllServed = std::map<Key, std::unique_ptr<Served>>;

  void begin(const Key& key, const ReplayRequest& request);
  bool find_place_for(const Key& key, bool follows);
  void go_on(const Key& key, Served& served);
  void start_reads();
  void start_read(const Key& key, Served& served);
  void on_read(const Key& key);
  void tell(Served& served);
  void tell_where(Served& served);
  void tell_news(Served& served);
  AllServed::iterator stop(AllServed::iterator served);
  void wake_later(const Key& key);
  void wake();
  void beat();
  void arm_pulse();
  static RefusedReply taken_over();

  Loop& loop_;
  std::string journal_dir_;
  FindBounds bounds_;
  const Outlet& outlet_;
  uint64_t published_;
  RefusalLog log_;
  TopicWatch topics_;
  AllServed served_;
  // Freed at the next request, never inside their own callback.
  std::vector<std::unique_ptr<Served>> ended_;
  Turns turns_;
  size_t reads_ = 0;        // under way
  std::vector<Key> woken_;  // since the last wake()
  Timer wake_;
  MonoTime paused_until_{};
  bool is_leaving_ = false;
  Timer pulse_;
};

}  // namespace muster
