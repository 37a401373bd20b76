// A client that follows: reads portions of any size, stalls, vanishes and comes back with the last
// head that it was told. Keeps what it was given, to be compared with what was journaled.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rng.h"
#include "router/follow.h"
#include "router/router.h"
#include "router/topic_watch.h"
#include "sim_subscriber.h"

namespace muster::sim {

class SimFollower {
 public:
  using OpenReplay = SimSubscriber::OpenReplay;
  using FindJournal = std::function<Follow::Journal(const ReplayRequest&)>;
  SimFollower(const std::vector<std::string>& topics, const OpenReplay& open, FindJournal find,
              std::function<bool(uint64_t seq)> given)
      : open_(open),
        find_(std::move(find)),
        topics_(topics),
        has_(topics, open, std::move(given)) {}

  // It asks a daemon, from where it is; what it had asked before is over.
  void ask(TopicWatch& watch);
  void vanish();
  bool is_there() const { return follow_.has_value(); }
  // Reads a portion, if there is anything to read.
  void read(size_t most_bytes, size_t most_looked_at, uint64_t published);
  // A sign of life: it learns how far it is.
  void beat(uint64_t published);
  // Reads until there is no more.
  void catch_up(uint64_t published);

  std::string compare(const std::vector<std::pair<std::string, std::string>>& journaled,
                      uint64_t oldest) const {
    return wrong_.empty() ? has_.compare(journaled, oldest) : wrong_;
  }
  void tell_gone(SeqRange gone) { has_.tell_gone(gone); }

 private:
  bool wants_read() const { return follow_->has_more() || waiter_->news(); }

  OpenReplay open_;
  FindJournal find_;
  std::vector<std::string> topics_;
  SimSubscriber has_;
  std::optional<Follow> follow_;
  std::unique_ptr<TopicWatch::Waiter> waiter_;
  uint64_t head_ = 0;  // as it was told last
  std::string wrong_;
};

// Some of them, with filters of all kinds.
class SimFollowers {
 public:
  // Replays are opened by `open`; `given` says whether a record reaches them, for tampering.
  SimFollowers(const SimFollower::OpenReplay& open, const std::function<bool(uint64_t seq)>& given);

  void on_start(Router& router);
  // Exchanges end with their daemon.
  void on_kill();
  void on_published(std::string_view topic, std::string_view payload);
  // Lets one of them do something; mostly it stands still.
  void step(Rng& rng);
  // Lets all of them come to the end, and tells the first fault.
  std::string finish(const std::vector<std::pair<std::string, std::string>>& journaled,
                     uint64_t oldest);

 private:
  TopicWatch topics_;
  Router* router_ = nullptr;
  uint64_t published_ = 0;
  std::vector<SimFollower> followers_;
};

}  // namespace muster::sim
