// How long a verb waits until it is so, and the asking itself: with a line of progress meanwhile,
// and never longer than the daemon answers at all.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ctl/session.h"

namespace muster {

struct Patience {
  std::optional<double> seconds;  // --timeout; none: as long as the types say
  bool no_wait = false;

  // For the request: nothing where it is answered when it is begun.
  std::optional<uint32_t> wait() const;
};

// `--timeout` and `--no-wait`.
void add_patience(Options& options, Patience& patience);

// How many of those that are waited for are there, and how many they are; nothing if that cannot be
// told now.
using Progress = std::optional<std::pair<size_t, size_t>>;
using CountProgress = std::function<Progress()>;

// Counts those of these processes, or of all, that are up, and have come up since `begun` where
// that is given.
Progress count_up(const Session& session, const std::vector<std::string>& names,
                  std::optional<MonoTime> begun);

struct LongWork {
  std::string head;        // "Restarting web processes... "
  bool is_printed = true;  // it stands on stdout already
  CountProgress count;
};
Outcome<ReplyBody> ask_patiently_any(const Session& session, const RequestBody& body,
                                     const Patience& patience, const LongWork& work);

template <class T>
Outcome<T> ask_patiently(const Session& session, const RequestBody& body, const Patience& patience,
                         const LongWork& work) {
  return expected_reply<T>(ask_patiently_any(session, body, patience, work));
}

}  // namespace muster
