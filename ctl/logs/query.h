// The question of `ctl logs`, as the daemon and the journal understand it. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "proto/message.h"

namespace muster {

struct LogQuery {
  // The last so many, UINT64_MAX for all; none: 100, or everything if there is a start.
  std::optional<uint64_t> lines;
  std::optional<uint64_t> from;             // a seq
  std::optional<std::string> since, until;  // as parse_time takes them
  std::vector<std::string> processes;       // "web" or "web.1"; none means all
  std::optional<std::string> source;        // "app" or "muster"
  std::optional<std::string> pattern;       // lines in which it matches are counted and shown
  bool starts_in_one_line = false;          // what else a start writes is not counted
};

// How many lines are to be shown; nothing means all.
std::optional<uint64_t> lines_wanted(const LogQuery& query);

// Topic prefixes: of every kind that the source has, "web" is all of the type and "web.1" exact.
std::vector<std::string> topics_of(const LogQuery& query);

// Asks for more lines than are wanted, since cut lines that are joined again count as one.
Result<ReplayRequest> replay_request(const LogQuery& query, WallTime now);

// The words that are probably not meant so, a sentence each: times that are still to come.
std::vector<std::string> doubts_of(const LogQuery& query, const ReplayRequest& request,
                                   WallTime now);

}  // namespace muster
