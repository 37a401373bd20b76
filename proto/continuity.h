// The records that a subscriber has, by number, and what it is to do with the next one: the rules 2
// to 4 and 7 of PROTOCOL.md, without a socket or a clock. Keeps: of what it says to deliver,
// nothing is delivered twice, and nothing that came before is missing.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "proto/limits.h"
#include "proto/record.h"

namespace muster {

class Continuity {
 public:
  // `topics` are prefixes; none means all. Everything up to `floor` counts as known.
  Continuity(const std::vector<std::string>& topics, uint64_t floor);

  // Whether a record of a replay from `resume_from` is to be delivered. A replay is in order and
  // whole, so everything before it is known then.
  bool take_replayed(std::string_view topic, const RecordNumbers& numbers);

  // The replay cannot have what is missing up to here.
  void take_gone(uint64_t last) { floor_ = std::max(floor_, last); }

  enum class Live : uint8_t { deliver, known, gap };
  // The verdict about a record of the bus. gap: drop it and replay from `resume_from`.
  Live take_live(std::string_view topic, const RecordNumbers& numbers);

  // A reply of a replay says which journal it is about, or nothing. False: it is another one than
  // so far, in which the numbers have begun anew. Everything known has been forgotten, nothing of
  // the reply is to be delivered, and a replay of all that there is is due.
  bool take_journal(std::string_view journal);
  const std::string& journal() const { return journal_; }
  // A replay from `resume_from` has ended. False: the head tells that the journal is another one.
  bool on_replay_end(uint64_t head);

  uint64_t resume_from() const { return floor_ + 1; }
  // The known seqs above the floor, by topic: a replay need not bring them again.
  std::map<std::string, uint64_t> have() const { return {last_.begin(), last_.end()}; }
  // Whether something may be missing of which no later record tells: the last one of a topic, while
  // others go on. Then a replay is due now and then even if it is never quiet.
  bool hides_losses() const { return scope_ == Scope::several; }

 private:
  enum class Scope : uint8_t {
    everything,  // every seq is ours: the next one is the last plus one
    one_topic,   // `prev` alone tells
    several,     // each topic has a last seq of its own
  };

  uint64_t known(std::string_view topic) const;
  void note(std::string_view topic, uint64_t seq);
  void forget();

  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  // Each one-off has a topic of its own. So many, and it is time for a replay, which raises the
  // floor: a request has room for twice as many.
  static constexpr size_t topics_limit = limits::control_elements / 2;

  Scope scope_;
  uint64_t floor_;
  uint64_t seen_ = 0;
  std::string journal_;  // empty: not known yet
  std::unordered_map<std::string, uint64_t, Hash, std::equal_to<>> last_;
};

}  // namespace muster
