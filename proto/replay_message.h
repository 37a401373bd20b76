// The messages of a replay: the request, its portions, its end. A part of message.h.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"

namespace muster {

// Records with seq >= from, or the last `lines` lines (both: whichever is later), within the times,
// of the topics.
struct ReplayRequest {
  std::optional<uint64_t> from;
  std::optional<uint64_t> lines;
  std::optional<WallTime> since, until;
  std::vector<std::string> topics;  // prefixes, as on the bus; none means all
  uint32_t credit = 0;
  std::map<std::string, uint64_t> have = {};  // by exact topic: nothing up to this seq is wanted
  bool follow = false;  // it does not end, but goes on with what is published from now on
  // The journal that these numbers are of; empty: whichever there is. If there is another one, all
  // that it has is wanted.
  std::string journal = {};
  // With `follow`: the client reads the records from the journal's files, and is told no more than
  // how far it may read.
  bool by_file = false;
};

using SeqRange = std::pair<uint64_t, uint64_t>;  // first and last
// The loss that a `gone` is about.
struct Loss {
  std::string cause;  // "retention", "damage", "both"
  // The numbers of its lines, those of all topics counted, as far as they are known.
  std::optional<uint64_t> first_line, last_line;
  std::optional<WallTime> before;  // when what follows was journaled
};
// The records themselves follow as further frames: topic, payload, topic, payload, ...
struct ReplayRecordsReply {
  std::vector<std::pair<std::string, std::string>> records;
  // First and last seq before these records that retention or damage has taken.
  std::optional<SeqRange> gone = {};
  std::optional<Loss> loss = {};  // with `gone`
  std::string journal = {};       // which journal the numbers belong to
  // Set if it follows: up to here no more comes, matching or not.
  std::optional<uint64_t> head = {};
  bool live = false;  // what there was when it was asked for has been sent
  // The records up to `head` stand in the files, and none are here. `news` is the first of them
  // that the client may want and has not been told of: its seq, and its line as in RecordNumbers.
  bool by_file = false;
  std::optional<std::pair<uint64_t, uint64_t>> news = {};
};
struct ReplayEndReply {
  uint64_t head = 0;             // last seq when the replay ended: live messages follow from here
  std::optional<SeqRange> gone;  // after all records that were sent
  std::optional<Loss> loss = {};
  std::string journal = {};
};

}  // namespace muster
