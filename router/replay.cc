// A cursor over the journal, a place to begin, and a filter that looks at headers only.
#include "router/replay.h"

#include <algorithm>

#include "proto/codec.h"
#include "proto/fit.h"
#include "router/journal/cursor.h"
#include "router/journal/posix_storage.h"
#include "router/journal/tail.h"
#include "router/numbering.h"

namespace muster {

using journal::RecordHeader;

namespace {

// Earlier versions have journaled events that are larger than any reader takes: their texts are cut
// now. It is nothing where that is of no use.
std::optional<std::string> within_limits(std::string_view payload) {
  if (payload.size() <= limits::bus_payload) return std::string(payload);
  auto record = decode_record(payload, limits::journal_record);
  auto* event = record ? std::get_if<EventRecord>(&*record) : nullptr;
  if (!event) return {};
  fit(*event);
  std::vector<char> bytes;
  encode(*event, bytes);
  if (bytes.size() > limits::bus_payload) return {};
  return std::string(bytes.begin(), bytes.end());
}

}  // namespace

struct Replay::State {
  State(std::unique_ptr<journal::Storage> s, journal::Cursor c, ReplayRequest r)
      : storage(std::move(s)), cursor(std::move(c)), request(std::move(r)) {}

  void begin();
  void begin_at_last_lines(uint64_t lines);
  void begin_told_from(uint64_t seq);
  bool wanted(const RecordHeader& header, std::string_view topic) const;
  std::optional<SeqRange> missing_before(const RecordHeader& header) const;
  void tell_missing_before(const journal::RecordView& record);
  void tell_unreadable(const RecordHeader& header);
  std::optional<SeqRange> wanted_of(SeqRange missing, const journal::RecordView& record) const;
  std::string cause_of(SeqRange missing) const;

  std::unique_ptr<journal::Storage> storage;
  journal::Cursor cursor;
  ReplayRequest request;
  std::optional<journal::RecordView> held;  // read, but what is missing before it comes first
  std::optional<uint64_t> head;  // told about up to here; none: the first may have any number
  uint64_t end = UINT64_MAX;     // nothing behind it is read
  bool at_end = false;           // next() has stopped there, or where the journal does
  uint64_t passed = 0;           // really seen, which may be before the place asked for
  std::optional<uint64_t> lines_passed;  // numbered up to the head, if that is known
  std::optional<Gone> gone;
};

// A record that is larger than any reader takes, and that cannot be cut.
void Replay::State::tell_unreadable(const RecordHeader& header) {
  if (!gone) gone = Gone{{header.seq, header.seq}, {"damage", header.line + 1, {}, {}}};
  gone->range.second = header.seq;
  gone->loss.last_line = header.line + header.lines;
}

Result<Replay> Replay::open(const std::string& journal_dir, const ReplayRequest& request) {
  return open(std::make_unique<journal::PosixStorage>(journal_dir), request);
}

Result<Replay> Replay::open(std::unique_ptr<journal::Storage> storage,
                            const ReplayRequest& request) {
  auto cursor = journal::Cursor::open(*storage, {request.topics, request.since, request.until});
  if (!cursor) return within(cursor.error(), "journal");
  Replay replay(std::make_unique<State>(std::move(storage), std::move(*cursor), request));
  replay.state_->begin();
  return replay;
}

Replay::Replay(std::unique_ptr<State> state) : state_(std::move(state)) {}
Replay::Replay(Replay&&) noexcept = default;
Replay::~Replay() = default;

void Replay::State::begin() {
  if (request.lines) {
    begin_at_last_lines(*request.lines);
  } else if (request.from) {
    cursor.seek(*request.from);
    begin_told_from(*request.from);
  } else if (request.since) {
    cursor.seek(*request.since);
  }
}

// Records that are missing from `seq` on are told.
void Replay::State::begin_told_from(uint64_t seq) {
  head = std::max<uint64_t>(seq, 1) - 1;
  if (*head == 0) lines_passed = 0;
}

void Replay::State::begin_at_last_lines(uint64_t lines) {
  // Records that are gone from the start on are told, wherever the lines begin.
  if (request.from) {
    cursor.seek(*request.from);
    begin_told_from(*request.from);
    if (auto first = cursor.next()) tell_missing_before(*first);
    head.reset();
    lines_passed.reset();
  }
  auto look = [this](const RecordHeader& header, std::string_view topic) {
    if (header.seq < request.from.value_or(0)) return journal::Look::stop;
    return wanted(header, topic) ? journal::Look::counts : journal::Look::passed_over;
  };
  const auto newest = journal::find_newest(cursor);
  const auto last = journal::find_last_lines(cursor, lines, look);
  if (last.begin) {
    // All that there is was asked for: then damage before the first record that can be read counts.
    const bool bounded = request.from || request.since || request.until;
    if (last.saw_all && !bounded && request.topics.empty() && !cursor.segments().empty())
      begin_told_from(cursor.segments().front());
    return cursor.seek(*last.begin);
  }
  if (newest)
    cursor.seek(*newest);
  else
    cursor.seek(UINT64_MAX);
  // No record that was there is wanted; a wanted one has come since, and is the first to be read.
  while (auto record = cursor.next()) {
    const bool is_new = lines > 0 && record->header.type == journal::RecordType::record &&
                        wanted(record->header, record->topic);
    if (is_new) {
      held = record;
      break;
    }
    passed = record->header.seq;
  }
  head = passed;
}

bool Replay::State::wanted(const RecordHeader& header, std::string_view topic) const {
  WallTime time{Nanos(header.wall)};
  if (header.seq < request.from.value_or(0)) return false;
  if (!request.have.empty()) {
    const auto known = request.have.find(std::string(topic));
    if (known != request.have.end() && header.seq <= known->second) return false;
  }
  if ((request.since && time < *request.since) || (request.until && time > *request.until))
    return false;
  auto begins = [&](auto& prefix) { return topic.starts_with(prefix); };
  return request.topics.empty() ||
         std::any_of(request.topics.begin(), request.topics.end(), begins);
}

// The numbers between the head and this record, without what was skipped because nothing in it was
// asked for. A checkpoint stands after the record of its seq.
std::optional<SeqRange> Replay::State::missing_before(const RecordHeader& header) const {
  uint64_t last = header.type == journal::RecordType::record ? header.seq - 1 : header.seq;
  if (!head || last <= *head || header.flags & journal::flag_left_out) return {};
  uint64_t first = *head + 1;
  auto [skipped_from, skipped_to] = cursor.skipped();
  if (skipped_from <= first)
    first = std::max(first, skipped_to + 1);
  else if (skipped_to >= last)
    last = skipped_from - 1;
  return first <= last ? std::optional(SeqRange(first, last)) : std::nullopt;
}

// With topics, a segment's checkpoint tells whether any of the missing records was of one of them.
std::optional<SeqRange> Replay::State::wanted_of(SeqRange missing,
                                                 const journal::RecordView& record) const {
  if (request.topics.empty() || record.header.type != journal::RecordType::checkpoint)
    return missing;
  auto numbering = Numbering::decode(record.header.seq, record.header.line, record.payload);
  if (!numbering) return missing;
  const uint64_t last = numbering->last_wanted(missing.first, {request.topics, request.have});
  if (last < missing.first) return {};
  return SeqRange{missing.first, std::min(last, missing.second)};
}

// Retention takes whole segments, and the oldest first.
std::string Replay::State::cause_of(SeqRange missing) const {
  auto segments = journal::list_segments(*storage);
  const uint64_t oldest = segments && !segments->empty() ? segments->front() : 0;
  if (missing.second < oldest) return "retention";
  return missing.first < oldest ? "both" : "damage";
}

void Replay::State::tell_missing_before(const journal::RecordView& record) {
  auto missing = missing_before(record.header);
  if (missing) missing = wanted_of(*missing, record);
  if (!missing) return;
  Gone more{*missing,
            {cause_of(*missing), {}, record.header.line, WallTime(Nanos(record.header.wall))}};
  if (lines_passed) more.loss.first_line = *lines_passed + 1;
  if (gone) {
    more.range.first = gone->range.first;
    more.loss.first_line = gone->loss.first_line;
    if (more.loss.cause != gone->loss.cause) more.loss.cause = "both";
  }
  gone = more;
}

Result<std::vector<std::pair<std::string, std::string>>> Replay::next(size_t max_bytes) {
  return next(max_bytes, SIZE_MAX);
}

Result<std::vector<std::pair<std::string, std::string>>> Replay::next(size_t max_bytes,
                                                                      size_t max_looked_at) {
  std::vector<std::pair<std::string, std::string>> records;
  State& s = *state_;
  s.at_end = false;
  for (size_t bytes = 0, looked_at = 0; bytes < max_bytes && looked_at < max_looked_at;) {
    if (!s.held && s.passed >= s.end) s.at_end = true;
    if (s.at_end) break;
    auto record = s.held ? std::exchange(s.held, {}) : s.cursor.next();
    if (!record) {
      s.at_end = true;
      break;
    }
    auto& header = record->header;
    looked_at += header.length;
    if (s.missing_before(header)) {
      if (!records.empty()) {
        s.held = record;
        break;
      }
      s.tell_missing_before(*record);
    }
    s.passed = std::max(s.passed, header.seq);
    if (header.seq >= s.head.value_or(0)) {
      s.head = header.seq;
      s.lines_passed = header.line + header.lines;
    }
    if (header.type != journal::RecordType::record || !s.wanted(header, record->topic)) continue;
    auto payload = within_limits(record->payload);
    if (!payload && !records.empty()) {  // it is missing behind these
      s.held = record;
      break;
    }
    if (!payload) {
      s.tell_unreadable(header);
      continue;
    }
    bytes += record->topic.size() + payload->size();
    records.emplace_back(record->topic, std::move(*payload));
  }
  return records;
}

void Replay::end_at(uint64_t seq) { state_->end = seq; }

bool Replay::at_end() const { return state_->at_end; }

// Records that lie near are passed by reading; to others the way is looked for.
void Replay::pass_to(uint64_t seq, uint64_t lines) {
  constexpr uint64_t near = 1000;
  State& s = *state_;
  if (seq <= s.passed) return;
  if (seq - s.passed > near) s.cursor.seek_anew(seq + 1);
  s.request.from = std::max(s.request.from.value_or(0), seq + 1);
  s.passed = seq;
  s.head = std::max(seq, s.head.value_or(0));
  if (*s.head == seq) s.lines_passed = lines;
}

void Replay::rest() {
  if (!state_->held) state_->cursor.rest();
}

uint64_t Replay::head() const { return state_->passed; }

std::optional<Replay::Gone> Replay::take_loss() { return std::exchange(state_->gone, {}); }

std::optional<SeqRange> Replay::take_gone() {
  const auto gone = take_loss();
  return gone ? std::optional(gone->range) : std::nullopt;
}

std::string Replay::journal() const {
  const auto key = state_->cursor.key();
  return key ? journal::journal_name(*key) : "";
}

}  // namespace muster
