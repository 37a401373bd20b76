// The part of the intake that keeps launches to their line rate: a stream whose launch has printed
// more than it may is read again when its time comes, and the log says for how long it was held.
#include <algorithm>

#include "daemon/edge/output/intake.h"

namespace muster {

Pumped Intake::pump_limited(Reader& reader, Limited& limited) {
  Now now = read_clocks();
  const size_t allowed = std::min(limited.limit.allow(now.mono), quantum);
  if (allowed == 0) {
    move_to(reader, Place::held);
    if (limited.limit.take_beginning(now.mono))
      say(reader.launch, limited,
          fmt::format("Held back from now on: line rate limit of {}/s", limited.limit.rate()), now);
    return {};
  }
  const uint64_t lines = router_.head().lines;
  auto pumped = router_.pump(reader.stream, allowed, now);
  limited.limit.took(router_.head().lines - lines, pumped.bytes);
  settle(reader, pumped, now);
  say_held_back(reader.launch, limited, false);
  return pumped;
}

void Intake::serve_held() {
  const MonoTime now = loop_clock();
  for (Reader* reader : std::deque(held_))
    if (reader->limited->limit.due() <= now) move_to(*reader, Place::due);
  serve();
}

void Intake::plan_held() {
  if (held_.empty()) return held_timer_.disarm();
  MonoTime next = MonoTime::max();
  for (Reader* reader : held_) next = std::min(next, reader->limited->limit.due());
  held_timer_.at(next);
}

void Intake::say_held_back(LaunchId launch, Limited& limited, bool at_end) {
  const Now now = read_clocks();
  const auto held = limited.limit.take_held_back(now.mono, at_end);
  if (!held) return;
  say(launch, limited,
      fmt::format("Held back for {} ms: line rate limit of {}/s",
                  std::chrono::ceil<std::chrono::milliseconds>(*held).count(),
                  limited.limit.rate()),
      now);
}

void Intake::say(LaunchId launch, const Limited& limited, std::string text, Now now) {
  EventRecord notice;
  notice.process = limited.process;
  notice.launch = launch;
  notice.text = std::move(text);
  router_.publish(std::move(notice), now);
}

}  // namespace muster
