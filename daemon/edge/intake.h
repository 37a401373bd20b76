// Reads the pipes of launches into the router, each at its own pace, all in turn. A quiet pipe is
// polled and costs nothing; one that was readable twice within a moment is read on a short timer
// instead, so that many small writes cost one read; one that never runs empty gets its share of
// every turn of the loop. Knows nothing of processes, and no bytes: those are the router's.
//
//   polled <-> swept <-> due        blocked: the journal takes nothing, tried again by a timer
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/uv/poll.h"
#include "base/uv/timer.h"
#include "base/uv/turn.h"
#include "daemon/edge/output.h"
#include "router/router.h"

namespace muster {

class Intake : public Output {
 public:
  // `on_ended` is told when a stream has come to its end; it must not call back at once.
  Intake(Loop& loop, Router& router, std::function<void()> on_ended);

  Result<> open(const Launch& launch, PipeEnds ends) override;
  void begin(LaunchId launch) override;
  void drain(LaunchId launch) override;
  bool ended(LaunchId launch) const override;
  Nanos patience(LaunchId) const override { return 1s; }
  // A stream that is blocked stays until what is in its pipe has been journaled.
  void close(LaunchId launch) override;

 private:
  enum class Place : uint8_t { polled, due, swept, blocked, ended };
  struct Reader {
    LaunchId launch;
    StreamId stream;
    std::unique_ptr<Poll> poll;
    Place place = Place::polled;
    uint32_t sweeps_left = 0;  // empty ones, until it is polled again
    MonoTime read_at{};        // when there was something last
    bool abandoned = false;    // closed by its owner; ends as soon as it is not blocked
  };
  using Readers = std::array<Reader, 2>;

  Result<> open_stream(Reader& reader, const Launch& launch, Stream stream, UniqueFd pipe);
  void on_readable(Reader& reader);
  void serve();
  Pumped pump(Reader& reader);
  void settle(Reader& reader, const Pumped& pumped, Now now);
  Place place_when_empty(Reader& reader, bool had_bytes, MonoTime now);
  void move_to(Reader& reader, Place place);
  void end(Reader& reader, Now now);
  std::vector<Reader*>* list_of(Place place);
  void make_due(Place place);
  void plan_partial_lines();

  Loop& loop_;
  Router& router_;
  std::function<void()> on_ended_;
  std::map<LaunchId, Readers> readers_;
  std::vector<Reader*> due_, swept_, blocked_;
  Idle turn_;
  TimerFd sweep_;
  Timer retry_, partial_;
  MonoTime partial_due_{};
};

}  // namespace muster
