// What a subscriber has, by number, and what it is to do with the next record: the rules 2 to 4 and
// 7 of PROTOCOL.md, without a socket or a clock. Keeps: of what it says to deliver, nothing is
// delivered twice, and nothing that came before is missing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "proto/record.h"

namespace muster {

class Continuity {
 public:
  // `topics` are prefixes; none means all. Everything up to `floor` counts as known.
  Continuity(const std::vector<std::string>& topics, uint64_t floor);

  // Whether a record of a replay is to be delivered.
  bool take_replayed(std::string_view topic, const RecordNumbers& numbers);

  enum class Live : uint8_t { deliver, known, gap };
  // What to do with a record of the bus. gap: drop it and replay from `resume_from`.
  Live take_live(std::string_view topic, const RecordNumbers& numbers);

  // A replay from `resume_from` has ended. False: the numbers have begun anew, everything known has
  // been forgotten, and another replay is due.
  bool on_replay_end(uint64_t head);

  uint64_t resume_from() const { return floor_ + 1; }

 private:
  enum class Scope : uint8_t {
    everything,  // every seq is ours: the next one is the last plus one
    one_topic,   // `prev` alone tells
    several,     // each topic has a last seq of its own
  };

  uint64_t known(std::string_view topic) const;
  void note(std::string_view topic, uint64_t seq);

  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  // One-offs have a topic each. So many, and it is time for a replay, which raises the floor.
  static constexpr size_t topics_limit = 16384;

  Scope scope_;
  uint64_t floor_;
  uint64_t seen_ = 0;
  std::unordered_map<std::string, uint64_t, Hash, std::equal_to<>> last_;
};

}  // namespace muster
