// See intake.h.
#include "daemon/edge/output/intake.h"

#include <algorithm>
#include <utility>

#include "daemon/edge/launch/launch_pipes.h"
#include "proto/limits.h"

namespace muster {
namespace {

// How often the pipes are looked at while something comes all the time: long enough to gather many
// small writes, short enough to be no delay to a reader.
constexpr Nanos sweep_pause = 500us;
// Hungry readers are served for so long before the loop looks for others.
constexpr Nanos serving_time = 500us;
// Output that comes so soon after the last is busy.
constexpr Nanos busy_gap = 2 * sweep_pause;
// So many looks in vain, and it is quiet again.
constexpr uint32_t sweeps_until_quiet = 4;
// Room on a full disk is looked for so often.
constexpr Nanos retry_pause = 100ms;
// More than both a pipe and a window hold: what is there when a process ends.
constexpr size_t drain_limit = limits::pipe + limits::window;

}  // namespace

Intake::Intake(Loop& loop, Router& router, std::function<void()> on_ended)
    : router_(router),
      on_ended_(std::move(on_ended)),
      pipes_(loop, [this] { look(); }),
      turn_(loop, [this] { serve(); }),
      sweep_(loop, [this] { look(); }),
      retry_(loop, [this] { try_blocked(); }),
      held_timer_(loop, [this] { serve_held(); }),
      partial_(loop, [this] {
        router_.show_partial_lines(read_clocks());
        plan_partial_lines();
      }) {
  pipes_.watch(true);
  for (auto& stream : router_.recovered())
    recovered_.emplace(std::pair(stream.launch, stream.stream), stream.id);
}

Result<> Intake::open(const Launch& launch, PipeEnds ends) {
  auto& [out, err] = readers_[launch.launch];
  auto opened = open_stream(out, launch, Stream::out, std::move(ends.out));
  if (opened) opened = open_stream(err, launch, Stream::err, std::move(ends.err));
  if (opened && launch.line_rate) {
    const LineLimit limit(launch.line_rate->lines, loop_clock());
    out.limited =
        &limited_.emplace(launch.launch, Limited{launch.process.text(), limit}).first->second;
    err.limited = out.limited;
  }
  if (opened) return {};
  if (out.launch) end(out, read_clocks());
  readers_.erase(launch.launch);
  return opened;
}

Result<> Intake::open_stream(Reader& reader, const Launch& launch, Stream stream, UniqueFd pipe) {
  if (auto found = recovered_.find({launch.launch, stream}); found != recovered_.end()) {
    reader.stream = found->second;
    reader.resumed = true;
    if (auto resumed = router_.resume_stream(reader.stream, std::move(pipe)); !resumed)
      return resumed;
    recovered_.erase(found);
  } else {
    const bool had_begun = launch.resumed && launch.resumed->progress != LaunchProgress::asked;
    if (had_begun && !is_at_end(pipe.get())) router_.window_was_lost(launch.process.text());
    auto opened =
        router_.open_stream(launch.process.text(), launch.launch, stream, std::move(pipe));
    if (!opened) return tl::unexpected(opened.error());
    reader.stream = *opened;
  }
  reader.launch = launch.launch;
  return {};
}

void Intake::comes_from_terminal(LaunchId launch, std::function<void(std::string_view)> on_bytes) {
  router_.comes_from_terminal(readers_.at(launch)[0].stream, std::move(on_bytes));
}

void Intake::begin(LaunchId launch) {
  auto found = readers_.find(launch);
  if (found == readers_.end()) return;
  for (auto& reader : found->second) {
    if (reader.place != Place::waiting) continue;
    move_to(reader, reader.resumed ? Place::due : Place::watched);
    if (reader.resumed) turn_.on();
  }
}

void Intake::hurry(LaunchId launch) {
  auto found = limited_.find(launch);
  if (found == limited_.end()) return;
  found->second.limit.lift(loop_clock());
  for (auto& reader : readers_.at(launch))
    if (reader.place == Place::held) move_to(reader, Place::due);
  turn_.on();
}

void Intake::drain(LaunchId launch) {
  hurry(launch);
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

std::array<int, 2> Intake::pipes(LaunchId launch) const {
  std::array<int, 2> fds{-1, -1};
  auto found = readers_.find(launch);
  if (found == readers_.end()) return fds;
  for (size_t i = 0; i < fds.size(); ++i)
    if (found->second[i].place != Place::ended) fds[i] = router_.pipe_of(found->second[i].stream);
  return fds;
}

void Intake::close(LaunchId launch) {
  auto found = readers_.find(launch);
  if (found == readers_.end()) return;
  hurry(launch);
  Now now = read_clocks();
  for (auto& reader : found->second) {
    reader.abandoned = true;
    if (reader.place != Place::blocked) end(reader, now);
    reader.limited = nullptr;
  }
  if (auto limited = limited_.extract(launch)) say_held_back(launch, limited.mapped(), true);
  if (ended(launch)) readers_.erase(found);
}

// A pipe that has something is read, and stays in the set meanwhile.
void Intake::look() {
  bool found = false;
  for (void* owner : pipes_.ready()) {
    auto& reader = *static_cast<Reader*>(owner);
    if (reader.place != Place::watched) continue;
    move_to(reader, Place::due);
    found = true;
  }
  serve();
  look_again(found);
}

void Intake::look_again(bool found) {
  if (found) {
    MonoTime now = loop_clock();
    bool busy = now - std::exchange(found_at_, now) < busy_gap;
    sweeps_left_ = busy ? sweeps_until_quiet : 0;
  } else if (sweeps_left_ > 0) {
    --sweeps_left_;
  }
  pipes_.watch(sweeps_left_ == 0);
  if (sweeps_left_ > 0) sweep_.after(sweep_pause);
}

void Intake::serve() {
  turn_.off();
  const MonoTime began = loop_clock();
  size_t left = hungry_.size();  // a reader that gets hungry now waits for the next turn
  for (Reader* reader : std::exchange(due_, {})) serve(*reader);
  while (left > 0 && !hungry_.empty()) {
    serve(*hungry_.front());
    left = loop_clock() - began < serving_time ? left - 1 : 0;
  }
  if (!due_.empty() || !hungry_.empty()) turn_.on();
  if (!blocked_.empty() && !retry_.armed()) retry_.after(retry_pause);
  plan_held();
  plan_partial_lines();
}

void Intake::serve(Reader& reader) {
  const LaunchId launch = reader.launch;
  pump(reader);
  if (reader.abandoned && ended(launch)) readers_.erase(launch);
}

Pumped Intake::pump(Reader& reader) {
  if (reader.limited) return pump_limited(reader, *reader.limited);
  Now now = read_clocks();
  auto pumped = router_.pump(reader.stream, quantum, now);
  settle(reader, pumped, now);
  return pumped;
}

void Intake::settle(Reader& reader, const Pumped& pumped, Now now) {
  switch (pumped.state) {
    case Pumped::State::more:
      return move_to(reader, Place::hungry);
    case Pumped::State::blocked:
      return move_to(reader, Place::blocked);
    case Pumped::State::ended:
      return end(reader, now);
    case Pumped::State::idle:
      if (reader.abandoned) return end(reader, now);
      return move_to(reader, Place::watched);
  }
}

std::deque<Intake::Reader*>* Intake::list_of(Place place) {
  switch (place) {
    case Place::due:
      return &due_;
    case Place::hungry:
      return &hungry_;
    case Place::blocked:
      return &blocked_;
    case Place::held:
      return &held_;
    default:
      return nullptr;
  }
}

void Intake::move_to(Reader& reader, Place place) {
  auto in_set = [](Place p) {
    return p == Place::watched || p == Place::due || p == Place::hungry;
  };
  if (auto* list = list_of(reader.place))
    if (auto found = std::find(list->begin(), list->end(), &reader); found != list->end())
      list->erase(found);
  const bool was_in_set = in_set(std::exchange(reader.place, place));
  if (auto* list = list_of(place)) list->push_back(&reader);
  if (in_set(place) == was_in_set) return;
  int pipe = router_.pipe_of(reader.stream);
  was_in_set ? pipes_.remove(pipe) : pipes_.add(pipe, &reader);
}

// Out of the set first: the router closes the pipe.
void Intake::end(Reader& reader, Now now) {
  if (reader.place == Place::ended) return;
  move_to(reader, Place::ended);
  router_.close_stream(reader.stream, now);
  on_ended_();
}

void Intake::try_blocked() {
  for (Reader* reader : std::exchange(blocked_, {})) {
    reader->place = Place::waiting;
    move_to(*reader, Place::due);
  }
  turn_.on();
}

// Armed anew only for an earlier time; one that turns out to be too early costs a wake-up. A stream
// that is overdue although it was just tried waits for room on the disk.
void Intake::plan_partial_lines() {
  auto next = router_.next_partial_deadline();
  if (!next || (partial_.armed() && partial_due_ <= *next)) return;
  partial_due_ = std::max(*next, loop_clock() + (*next <= partial_due_ ? retry_pause : 0ns));
  partial_.at(partial_due_);
}

}  // namespace muster
