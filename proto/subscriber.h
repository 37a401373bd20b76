// Every record from a given point on, each exactly once and in order: subscribes to the bus first,
// asks the control socket for a replay, drops what is known, and asks again when the numbers show
// that the bus has dropped something. PROTOCOL.md has the rules for strangers.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proto/client.h"
#include "proto/journal_reader.h"

namespace muster {

struct SubscriberOptions {
  // Where to begin and which topics; its credit is the subscriber's business. With a journal, the
  // numbers are of that one: if there is another, that is delivered as `anew`.
  ReplayRequest start;
  bool follow = true;  // go on with what is published from now on
  // A subscriber that follows may read the journal itself by this, and costs the daemon next to
  // nothing then. Empty: the daemon sends it the records.
  OpenJournal files = {};
};

// The items that the subscriber hands out: one record as its two frames, or news about the stream.
struct Delivery {
  enum class Kind : uint8_t {
    record,     // topic and payload are set
    caught_up,  // history is over; live from here on (once; the end, if not following)
    lost,       // records first..last were asked for, existed and can no longer be had
    anew,       // the journal is another one than before: what follows are its records, all of them
  } kind = Kind::record;
  std::string topic, payload;
  uint64_t first = 0, last = 0;
  Loss loss = {};  // of the lost ones
  // lost: live already, so that a subscriber that kept up would have them.
  bool came_late = false;
  uint64_t head = 0;  // caught_up: the last seq that there is
};

class Subscriber {
 public:
  static ClientResult<Subscriber> open(const Endpoints& endpoints, std::string by,
                                       SubscriberOptions options);
  Subscriber(Subscriber&&) noexcept;
  ~Subscriber();

  // The next delivery; nothing if none came in time. no_daemon when the daemon is gone for good.
  ClientResult<std::optional<Delivery>> next(Nanos timeout);
  // All records below it have been handed out, as far as they could be had; from it on, none...
  uint64_t resume_from() const;
  // ...except these, by exact topic: up to which they have been.
  std::map<std::string, uint64_t> have() const;
  // The journal that these are numbers of; empty: not known yet.
  const std::string& journal() const;

 private:
  struct State;
  explicit Subscriber(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace muster
