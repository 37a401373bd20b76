// See line_joiner.h.
#include "proto/line_joiner.h"

#include <utility>

namespace muster {

void LineJoiner::add(const LogRecord& record) {
  Key key{record.launch, record.stream};
  bool open_end = record.tail == Tail::split || record.tail == Tail::partial;
  for (size_t i = 0; i < record.lines.size(); i++) {
    bool goes_on = open_end && i + 1 == record.lines.size();
    if (i == 0 && !record.continues && held_.contains(key)) hand_out(key, {}, true);
    bool begun = i == 0 && held_.contains(key);
    if (goes_on) {
      hold(key, record, i);
    } else if (begun) {
      hand_out(key, record.lines[i], false);
    } else if (i > 0 || !record.continues || !record.lines[i].empty()) {
      // Otherwise only the newline has come of a line whose text has been shown.
      emit_({record.numbers.seq, record.numbers.line + i + 1, record.time, record.process,
             record.stream, record.lines[i], false});
    }
  }
  if (record.tail == Tail::partial && partial_ == Partial::at_once && held_.contains(key))
    hand_out(key, {}, true);
}

void LineJoiner::hold(Key key, const LogRecord& record, size_t index) {
  const std::string_view piece = record.lines[index];
  auto [place, is_new] = held_.try_emplace(key);
  Held& held = place->second;
  if (is_new)
    held = {record.numbers.seq,
            record.numbers.line + index + 1,
            record.time,
            std::string(record.process),
            {}};
  held.text += piece;
  held_bytes_ += piece.size();
  if (held.text.size() >= longest_ || held_bytes_ >= held_limit) hand_out(key, {}, true);
}

void LineJoiner::hand_out(Key key, std::string_view rest, bool partial) {
  auto place = held_.find(key);
  Held held = std::move(place->second);
  held_.erase(place);
  held_bytes_ -= held.text.size();
  held.text += rest;
  emit_({held.seq, held.number, held.time, held.process, key.second, held.text, partial});
}

void LineJoiner::end(uint64_t launch) {
  for (auto stream : {Stream::out, Stream::err})
    if (const Key key{launch, stream}; held_.contains(key)) hand_out(key, {}, true);
}

void LineJoiner::flush() {
  while (!held_.empty()) hand_out(held_.begin()->first, {}, true);
}

void LineJoiner::set_partial(Partial partial) {
  partial_ = partial;
  if (partial == Partial::at_once) flush();
}

}  // namespace muster
