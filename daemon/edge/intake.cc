// See intake.h.
#include "daemon/edge/intake.h"

#include <algorithm>
#include <utility>

#include "proto/limits.h"

namespace muster {
namespace {

// What one stream may move in one go, before the others get theirs: a window's worth.
constexpr size_t quantum = limits::window;
// How often a busy pipe is read: long enough to gather many small writes, short enough to be no
// delay to a reader.
constexpr Nanos sweep_pause = 500us;
// A pipe that has something again so soon is busy.
constexpr Nanos busy_gap = 2 * sweep_pause;
// One that was empty so many times is not.
constexpr uint32_t sweeps_until_quiet = 4;
// Room on a full disk is looked for so often.
constexpr Nanos retry_pause = 100ms;
// More than both a pipe and a window hold: what is there when a process ends.
constexpr size_t drain_limit = limits::pipe + limits::window;

}  // namespace

Intake::Intake(Loop& loop, Router& router, std::function<void()> on_ended)
    : loop_(loop),
      router_(router),
      on_ended_(std::move(on_ended)),
      turn_(loop, [this] { serve(); }),
      sweep_(loop, [this] { make_due(Place::swept); }),
      retry_(loop, [this] { make_due(Place::blocked); }),
      partial_(loop, [this] {
        router_.show_partial_lines(read_clocks());
        plan_partial_lines();
      }) {}

Result<> Intake::open(const Launch& launch, PipeEnds ends) {
  auto& [out, err] = readers_[launch.launch];
  auto opened = open_stream(out, launch, Stream::out, std::move(ends.out));
  if (opened) opened = open_stream(err, launch, Stream::err, std::move(ends.err));
  if (opened) return {};
  if (out.poll) end(out, read_clocks());
  readers_.erase(launch.launch);
  return opened;
}

Result<> Intake::open_stream(Reader& reader, const Launch& launch, Stream stream, UniqueFd pipe) {
  auto opened = router_.open_stream(launch.process.text(), launch.launch, stream, std::move(pipe));
  if (!opened) return tl::unexpected(opened.error());
  reader.launch = launch.launch;
  reader.stream = *opened;
  reader.poll = std::make_unique<Poll>(loop_, router_.pipe_of(*opened),
                                       [this, &reader] { on_readable(reader); });
  return {};
}

void Intake::begin(LaunchId launch) {
  auto found = readers_.find(launch);
  if (found == readers_.end()) return;
  for (auto& reader : found->second)
    if (reader.place == Place::polled) reader.poll->watch(Poll::readable);
}

void Intake::drain(LaunchId launch) {
  auto found = readers_.find(launch);
  if (found == readers_.end()) return;
  for (auto& reader : found->second) {
    size_t bytes = 0;
    Pumped pumped{Pumped::State::more, 0};
    while (reader.place != Place::ended && pumped.state == Pumped::State::more &&
           bytes < drain_limit) {
      pumped = pump(reader);
      bytes += pumped.bytes;
    }
  }
}

bool Intake::ended(LaunchId launch) const {
  auto found = readers_.find(launch);
  return found == readers_.end() ||
         std::all_of(found->second.begin(), found->second.end(),
                     [](auto& reader) { return reader.place == Place::ended; });
}

void Intake::close(LaunchId launch) {
  auto found = readers_.find(launch);
  if (found == readers_.end()) return;
  Now now = read_clocks();
  for (auto& reader : found->second) {
    reader.abandoned = true;
    if (reader.place != Place::blocked) end(reader, now);
  }
  if (ended(launch)) readers_.erase(found);
}

// Stays watched for now: it will be read before the loop looks at descriptors again.
void Intake::on_readable(Reader& reader) {
  if (reader.place != Place::polled) return;
  reader.place = Place::due;
  due_.push_back(&reader);
  turn_.on();
}

void Intake::serve() {
  turn_.off();
  // Whoever is still hungry goes to the end of the next turn's list.
  for (Reader* reader : std::exchange(due_, {})) {
    LaunchId launch = reader->launch;
    pump(*reader);
    if (reader->abandoned && ended(launch)) readers_.erase(launch);
  }
  if (!due_.empty()) turn_.on();
  if (!swept_.empty() && !sweep_.armed()) sweep_.after(sweep_pause);
  if (!blocked_.empty() && !retry_.armed()) retry_.after(retry_pause);
  plan_partial_lines();
}

Pumped Intake::pump(Reader& reader) {
  Now now = read_clocks();
  auto pumped = router_.pump(reader.stream, quantum, now);
  settle(reader, pumped, now);
  return pumped;
}

void Intake::settle(Reader& reader, const Pumped& pumped, Now now) {
  switch (pumped.state) {
    case Pumped::State::more:
      reader.read_at = now.mono;
      return move_to(reader, Place::due);
    case Pumped::State::blocked:
      return move_to(reader, Place::blocked);
    case Pumped::State::ended:
      return end(reader, now);
    case Pumped::State::idle:
      if (reader.abandoned) return end(reader, now);
      return move_to(reader, place_when_empty(reader, pumped.bytes > 0, now.mono));
  }
}

Intake::Place Intake::place_when_empty(Reader& reader, bool had_bytes, MonoTime now) {
  if (had_bytes) {
    bool busy = now - std::exchange(reader.read_at, now) < busy_gap;
    reader.sweeps_left = busy ? sweeps_until_quiet : 0;
  } else if (reader.sweeps_left > 0) {
    --reader.sweeps_left;
  }
  return reader.sweeps_left > 0 ? Place::swept : Place::polled;
}

std::vector<Intake::Reader*>* Intake::list_of(Place place) {
  switch (place) {
    case Place::due:
      return &due_;
    case Place::swept:
      return &swept_;
    case Place::blocked:
      return &blocked_;
    case Place::polled:
    case Place::ended:
      return nullptr;
  }
  return nullptr;
}

void Intake::move_to(Reader& reader, Place place) {
  if (auto* list = list_of(reader.place)) std::erase(*list, &reader);
  reader.place = place;
  if (auto* list = list_of(place)) list->push_back(&reader);
  if (place == Place::due) turn_.on();
  if (reader.poll) reader.poll->watch(place == Place::polled ? Poll::readable : Poll::nothing);
}

// The poll first: the router closes the pipe.
void Intake::end(Reader& reader, Now now) {
  if (reader.place == Place::ended) return;
  move_to(reader, Place::ended);
  reader.poll.reset();
  router_.close_stream(reader.stream, now);
  on_ended_();
}

void Intake::make_due(Place place) {
  auto readers = std::exchange(*list_of(place), {});
  for (Reader* reader : readers) move_to(*reader, Place::due);
}

// Armed anew only for an earlier time; one that turns out to be too early costs a wake-up. What is
// overdue although it was just tried waits for room on the disk.
void Intake::plan_partial_lines() {
  auto next = router_.next_partial_deadline();
  if (!next || (partial_.armed() && partial_due_ <= *next)) return;
  partial_due_ = std::max(*next, loop_clock() + (*next <= partial_due_ ? retry_pause : 0ns));
  partial_.at(partial_due_);
}

}  // namespace muster
