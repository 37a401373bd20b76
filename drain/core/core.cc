// See core.h.
#include "drain/core/core.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace muster::drain {

Core::Core(Policy policy, Cursor cursor, std::function<double()> chance)
    : policy_(std::move(policy)),
      cursor_(std::move(cursor)),
      chance_(std::move(chance)),
      journal_(cursor_.journal),
      next_(cursor_.answered + 1),
      repeat_to_(cursor_.in_flight > cursor_.answered ? cursor_.in_flight : 0) {
  open();
}

void Core::open() {
  open_ = std::make_unique<OpenBatch>(policy_, journal_, next_);
  open_since_.reset();
}

// A batch without lines stays open: nobody waits for it.
void Core::close() {
  repeat_to_ = 0;
  if (!open_->has_lines()) return;
  ready_.push_back(open_->close(next_ - 1));
  open();
}

void Core::journal(const std::string& name) {
  if (name == journal_ || name.empty()) return;
  close();
  journal_ = name;
  next_ = 1;
  open();
}

// If nothing is left of the batch that was in flight, its bounds mean nothing any more. If damage
// took only what is behind its beginning, it ends before the loss.
void Core::lost(SeqRange records, const Loss& loss, Now now) {
  if (records.second < next_) return;
  if (repeat_to_ != 0 && records.second > repeat_to_) {
    next_ = std::max(next_, open_->has_lines() ? repeat_to_ + 1 : next_);
    close();
  }
  uint64_t lines = 0;
  if (loss.first_line && loss.last_line && *loss.last_line >= *loss.first_line)
    lines = *loss.last_line - *loss.first_line + 1;
  const WallTime since = last_time_.value_or(loss.before.value_or(now.wall));
  open_->add_loss(records, lines, since, loss.before.value_or(now.wall));
  if (!open_since_) open_since_ = now.mono;
  counts_.lines_lost += lines;
  next_ = records.second + 1;
  if (repeat_to_ != 0 && next_ > repeat_to_) close();
  pump(now);
}

void Core::record(const Record& record, Now now) {
  const auto* log = std::get_if<LogRecord>(&record);
  const auto& numbers = log ? log->numbers : std::get<EventRecord>(record).numbers;
  if (numbers.seq < next_) return;
  if (repeat_to_ != 0 ? numbers.seq > repeat_to_ : open_->is_full_with(record)) close();
  open_->add(record);
  if (open_->has_lines() && !open_since_) open_since_ = now.mono;
  next_ = numbers.seq + 1;
  last_time_ = log ? log->time : std::get<EventRecord>(record).time;
  if (repeat_to_ != 0 && next_ > repeat_to_) close();
}

void Core::passed(uint64_t head, Now now) {
  if (head >= next_) {
    if (repeat_to_ != 0 && head > repeat_to_) {
      next_ = repeat_to_ + 1;
      close();
    }
    next_ = head + 1;
  }
  if (repeat_to_ != 0 && next_ > repeat_to_) close();
  pump(now);
}

void Core::answer(const Answer& answer, Now now) {
  if (!parts_ || retry_at_) return;
  const auto part = parts_->current();
  if (answer.kind == Answer::Kind::later || answer.kind == Answer::Kind::unwelcome)
    return pause(answer, now);
  failures_ = 0;
  trouble_.clear();
  if (answer.kind == Answer::Kind::accepted) {
    parts_->accepted();
    counts_.lines_sent += part.end - part.begin;
  } else if (auto line = parts_->refused()) {
    reject(*line, answer.why);
  }
  if (!parts_->done()) return send();
  cursor_ = {parts_->batch().journal, parts_->batch().to, 0};
  parts_.reset();
  counts_.batches++;
  pump(now);
  // The next batch brings the cursor with it.
  if (!parts_) actions_.emplace_back(WriteCursor{cursor_});
}

void Core::pause(const Answer& answer, Now now) {
  Nanos most = policy_.first_pause;
  for (unsigned i = 0; i < failures_ && most < policy_.longest_pause; i++) most *= 2;
  most = std::min(most, policy_.longest_pause);
  failures_++;
  counts_.retries++;
  trouble_ = answer.why;
  Nanos delay(static_cast<int64_t>(static_cast<double>(most.count()) * chance_()));
  if (answer.kind == Answer::Kind::unwelcome) delay = policy_.slow_pause;
  if (answer.retry_after) delay = std::clamp(*answer.retry_after, Nanos(0), policy_.longest_wait);
  retry_at_ = now.mono + delay;
}

void Core::reject(const Line& line, const std::string& why) {
  counts_.lines_rejected++;
  actions_.emplace_back(Reject{id_of(parts_->batch().journal, line), why, line});
}

bool Core::is_open_due(Now now) const {
  if (!open_since_ || repeat_to_ != 0) return false;
  return finishing_ || now.mono >= *open_since_ + policy_.linger;
}

void Core::pump(Now now) {
  if (parts_) {
    if (!retry_at_ || now.mono < *retry_at_) return;
    retry_at_.reset();
    return send();
  }
  if (ready_.empty() && is_open_due(now)) close();
  if (!ready_.empty()) {
    Batch batch = std::move(ready_.front());
    ready_.pop_front();
    return start(std::move(batch));
  }
  // Records of which nothing is shipped are passed now and then.
  if (open_->has_lines() || repeat_to_ != 0 || next_ <= cursor_.answered + 1) return;
  if (!cursor_at_) cursor_at_ = now.mono + policy_.cursor_every;
  if (!finishing_ && now.mono < *cursor_at_) return;
  cursor_at_.reset();
  cursor_ = {journal_, next_ - 1, 0};
  open_->begin_at(next_);
  actions_.emplace_back(WriteCursor{cursor_});
}

void Core::start(Batch batch) {
  cursor_ = {batch.journal, batch.from - 1, batch.to};
  parts_.emplace(std::move(batch), policy_);
  CHECK(!parts_->done());
  retry_at_.reset();
  actions_.emplace_back(WriteCursor{cursor_});
  send();
}

void Core::send() {
  const auto part = parts_->current();
  const Batch& batch = parts_->batch();
  actions_.emplace_back(Send{&batch, part.begin, part.end, batch.id(part.begin, part.end)});
}

void Core::tick(Now now) { pump(now); }

void Core::finish(Now now) {
  finishing_ = true;
  pump(now);
}

std::optional<MonoTime> Core::due() const {
  if (parts_) return retry_at_;
  if (open_since_ && repeat_to_ == 0) return *open_since_ + policy_.linger;
  return cursor_at_;
}

}  // namespace muster::drain
