// A replay that is being served. For the replay_*.cc files alone.
#pragma once

#include "base/uv/work.h"
#include "proto/limits.h"
#include "router/follow.h"
#include "serve/replay_desk.h"

namespace muster {

struct ReplayDesk::Served {
  // The part that the reading thread touches, while the state is `reading`. Owned by the task too:
  // it may outlive the exchange.
  struct Reading {
    Follow follow;
    Follow::Records records;
    std::optional<std::string> problem;

    void read(bool rests);
  };
  enum class State : uint8_t {
    idle,     // has nothing to read, or no credit
    queued,   // waits for its turn
    reading,  // in another thread
  };

  Served(Loop& loop, const Outlet& outlet, const Key& key, const ReplayRequest& request,
         Follow&& follow)
      : exchange(outlet, key.first, key.second, request.credit),
        follows(request.follow),
        by_file(request.by_file),
        reading(std::make_shared<Reading>(Reading{std::move(follow), {}, {}})),
        work(loop) {}

  // True if it has read everything that is published, and would be woken if there were more.
  bool waits() const { return state == State::idle && waiter && !waiter->news() && !has_more; }

  Exchange exchange;
  const bool follows;
  const bool by_file;  // its client reads the files, and is only told how far
  std::shared_ptr<Reading> reading;
  std::optional<TopicWatch::Waiter> waiter;  // of one that follows
  State state = State::idle;
  // As of the last read.
  bool has_more = true, is_live = false;
  uint64_t head = 0;
  std::string journal;
  bool told_live = false;
  MonoTime told_at{};  // when it was sent something
  Work work;
};

}  // namespace muster
