// Each record takes one buffer, one append, one publication.
#include "router/recorder.h"

#include "base/killpoint.h"
#include "proto/codec.h"
#include "proto/fit.h"

namespace muster {
namespace {

EventRecord notice(std::string text) {
  EventRecord event;
  event.kind = RecordKind::notice;
  event.process = "router";
  event.text = std::move(text);
  return event;
}

journal::RecordHeader header_of(const RecordNumbers& numbers, size_t lines, WallTime wall,
                                MonoTime mono) {
  journal::RecordHeader header;
  header.seq = numbers.seq;
  header.line = numbers.line;
  header.lines = uint32_t(lines);
  header.wall = wall.time_since_epoch().count();
  header.mono = mono.time_since_epoch().count();
  return header;
}

// The size of those parts of an event that can be large.
size_t text_bytes(const EventRecord& event) {
  return event.text.size() + event.command.value_or("").size();
}

}  // namespace

Result<Recorder> Recorder::open(std::unique_ptr<journal::Storage> storage,
                                journal::WriterOptions options, Bus& bus) {
  auto writer = journal::Writer::open(*storage, options);
  if (!writer) return within(writer.error(), "journal");
  return Recorder(std::move(storage), std::move(*writer), bus,
                  options.durability == journal::Durability::each);
}

bool Recorder::append(LogRecord& record, std::string_view topic, uint64_t stream, Now now) {
  if (!catch_up(now)) return false;
  record.numbers = numbering().next(topic);
  record.time = now.wall;
  buffer_.clear();
  journal::begin_record(buffer_, topic);
  encode(record, buffer_);
  auto header = header_of(record.numbers, record.lines.size(), now.wall, now.mono);
  header.stream = stream;
  header.end = record.end;
  bool over = record.tail == Tail::newline || record.tail == Tail::eof;
  header.flags = over ? 0 : journal::flag_unfinished;
  return commit(topic, header, now);
}

uint64_t Recorder::publish(EventRecord event, Now now) {
  event.time = now.wall;
  fit(event);
  if (waiting_.size() >= max_waiting || waiting_bytes_ > max_waiting_bytes) {
    events_lost_++;
    return 0;
  }
  waiting_bytes_ += text_bytes(event);
  waiting_.push_back({std::move(event), now.mono});
  uint64_t seq = numbering().seq() + waiting_.size();
  catch_up(now);
  return seq;
}

bool Recorder::publish_now(EventRecord event, Now now) {
  if (!catch_up(now)) return false;
  event.time = now.wall;
  fit(event);
  Waiting at_once{std::move(event), now.mono};
  return write(at_once, now);
}

bool Recorder::catch_up(Now now) {
  if (auto numbers = std::exchange(left_out_, {}))
    publish(notice(fmt::format("Numbers {} to {} were left out: {}", numbers->first,
                               numbers->second, writer_.why_left_out())),
            now);
  if (retry_at_ && now.mono < *retry_at_) return false;
  if (held_bytes_ > max_held) return false;
  while (!waiting_.empty()) {
    if (!write(waiting_.front(), now)) return false;
    waiting_bytes_ -= text_bytes(waiting_.front().event);
    waiting_.pop_front();
    if (waiting_.empty() && events_lost_ > 0) {
      auto text = fmt::format("{} events were lost while the journal took nothing", events_lost_);
      events_lost_ = 0;
      publish(notice(std::move(text)), now);
    }
  }
  return true;
}

bool Recorder::write(Waiting& waiting, Now now) {
  EventRecord& event = waiting.event;
  std::string topic = topic_of(event.kind, event.process);
  event.numbers = numbering().next(topic);
  buffer_.clear();
  journal::begin_record(buffer_, topic);
  encode(event, buffer_);
  return commit(topic, header_of(event.numbers, 1, event.time, waiting.mono), now);
}

bool Recorder::commit(std::string_view topic, journal::RecordHeader header, Now now) {
  header.topic_length = uint8_t(topic.size());
  if (auto appended = writer_.append(buffer_, header); !appended) {
    trouble_ = fmt::format("journal: {}; trying again", appended.message());
    retry_at_ = now.mono + retry_after;
    return false;
  }
  trouble_.clear();
  retry_at_.reset();
  size_t body = sizeof(journal::RecordHeader) + topic.size();
  killpoint(Killpoint::record_journaled);
  std::string_view payload(buffer_.data() + body, buffer_.size() - body);
  if (holds_) {
    held_.push_back({header.seq, std::string(topic), {payload.begin(), payload.end()}});
    held_bytes_ += payload.size();
  } else {
    bus_->publish(topic, payload);
  }
  killpoint(Killpoint::record_published);
  return true;
}

Result<> Recorder::close(Now now) {
  while (auto due = writer_.sync_due()) {
    auto task = writer_.begin_sync(*due);
    task.run();
    end_sync(task);
    if (!writer_.sync_trouble().empty()) return fail("journal: {}", writer_.sync_trouble());
  }
  auto closed =
      writer_.close(now.wall.time_since_epoch().count(), now.mono.time_since_epoch().count());
  return closed ? closed : within(closed.error(), "journal");
}

void Recorder::end_sync(const journal::SyncTask& task) {
  writer_.end_sync(task);
  while (!held_.empty() && held_.front().seq <= writer_.durable_seq()) {
    Held& record = held_.front();
    bus_->publish(record.topic, {record.payload.data(), record.payload.size()});
    held_bytes_ -= record.payload.size();
    held_.pop_front();
  }
}

}  // namespace muster
