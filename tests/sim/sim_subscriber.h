// A subscriber that misses part of what the bus carries, and fills the gaps from the journal by the
// protocol's rules. Keeps what it was given, to be compared with what was journaled.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "proto/continuity.h"
#include "router/replay.h"

namespace muster::sim {

class SimSubscriber {
 public:
  using OpenReplay = std::function<Result<Replay>(const ReplayRequest&)>;
  // Replays are opened by `open`; `given` says whether a record reaches us, for tampering.
  SimSubscriber(const std::vector<std::string>& topics, OpenReplay open,
                std::function<bool(uint64_t seq)> given)
      : topics_(topics), open_(std::move(open)), given_(std::move(given)), continuity_(topics, 0) {}

  void on_live(std::string_view topic, std::string_view payload);
  void catch_up();
  // Ends after a catch_up, and goes on another day from the number that it had come to.
  void resume();
  // The fault of what it has, if `journaled` is everything: by seq, topic and payload. A range that
  // it was told is gone is missing indeed: in it is something that it wanted, and lacks, and which
  // is older than `oldest`, the first that the journal still has.
  std::string compare(const std::vector<std::pair<std::string, std::string>>& journaled,
                      uint64_t oldest) const;
  void tell_gone(SeqRange gone) { gone_.insert(gone); }
  void deliver(uint64_t seq, std::string_view payload);

 private:
  bool wants(std::string_view topic) const;
  bool lacks(const std::pair<std::string, std::string>& record, uint64_t seq) const;

  std::vector<std::string> topics_;
  OpenReplay open_;
  std::function<bool(uint64_t seq)> given_;
  Continuity continuity_;
  std::map<uint64_t, std::string> has_;
  std::map<uint64_t, uint64_t> gone_;  // first seq -> last
  std::string wrong_;
};

}  // namespace muster::sim
