// Reads the pipes of launches into the router, all in turn. While little is printed, pipes are
// watched and cost nothing. When something comes twice within a moment, all of them are looked at
// by a short timer instead: then many small writes cost one read, and many pipes one wake-up. Pipes
// that never run empty share each turn of the loop, behind those that have just woken, and for half
// a millisecond: a process gone mad does not delay another's line. Knows no processes, and no
// bytes.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/uv/poll_set.h"
#include "base/uv/timer.h"
#include "base/uv/turn.h"
#include "daemon/core/line_limit.h"
#include "daemon/edge/launch/output.h"
#include "proto/limits.h"
#include "router/router.h"

namespace muster {

class Intake : public Output {
 public:
  // Streams that the router has recovered go on where they were. `on_ended` is told when a stream
  // has come to its end; it must not call back at once.
  Intake(Loop& loop, Router& router, std::function<void()> on_ended);

  Result<> open(const Launch& launch, PipeEnds ends) override;
  // Its stdout comes out of a terminal: see Router::comes_from_terminal.
  void comes_from_terminal(LaunchId launch, std::function<void(std::string_view)> on_bytes);
  void begin(LaunchId launch) override;
  void drain(LaunchId launch) override;
  bool ended(LaunchId launch) const override;
  Nanos patience(LaunchId) const override { return 1s; }
  std::array<int, 2> pipes(LaunchId launch) const override;
  // It is to end, and must not wait for us: what it prints from now on is taken without a limit.
  void hurry(LaunchId launch);
  // A stream that is blocked stays until what is in its pipe has been journaled.
  void close(LaunchId launch) override;

 private:
  // watched <-> due    hungry: had more than its share, and is read again after all that are due
  //                    blocked: the journal takes nothing, tried again by a timer
  //                    held: its launch has printed more lines than it may, due by a timer
  enum class Place : uint8_t { waiting, watched, due, hungry, blocked, held, ended };
  struct Limited {
    std::string process;
    LineLimit limit;
  };
  struct Reader {
    LaunchId launch;
    StreamId stream;
    Place place = Place::waiting;  // for begin()
    bool resumed = false;          // its window may hold what an earlier supervisor has read
    Limited* limited = nullptr;    // of both its launch's readers, if there is a limit
    bool abandoned = false;        // closed by its owner; ends as soon as it is not blocked
  };
  // The bytes that a stream may move in one go, before the others get theirs: a window's worth.
  static constexpr size_t quantum = limits::window;
  using Readers = std::array<Reader, 2>;

  Result<> open_stream(Reader& reader, const Launch& launch, Stream stream, UniqueFd pipe);
  void look();
  void look_again(bool found);
  void serve();
  void serve(Reader& reader);
  std::deque<Reader*>* list_of(Place place);
  Pumped pump(Reader& reader);
  Pumped pump_limited(Reader& reader, Limited& limited);
  void settle(Reader& reader, const Pumped& pumped, Now now);
  void move_to(Reader& reader, Place place);
  void end(Reader& reader, Now now);
  void try_blocked();
  void serve_held();
  void plan_held();
  void say_held_back(LaunchId launch, Limited& limited, bool at_end);
  void say(LaunchId launch, const Limited& limited, std::string text, Now now);
  void plan_partial_lines();

  Router& router_;
  std::function<void()> on_ended_;
  std::map<LaunchId, Readers> readers_;
  std::map<std::pair<LaunchId, Stream>, StreamId> recovered_;
  std::map<LaunchId, Limited> limited_;
  std::deque<Reader*> due_, hungry_, blocked_, held_;
  uint32_t sweeps_left_ = 0;  // vain ones, until the pipes are watched again
  MonoTime found_at_{};       // when there was something last
  PollSet pipes_;
  Idle turn_;
  TimerFd sweep_;
  Timer retry_, held_timer_, partial_;
  MonoTime partial_due_{};
};

}  // namespace muster
