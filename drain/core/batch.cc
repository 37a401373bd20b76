// See batch.h. Lines that were cut on their way are joined within their batch only: across two of
// them the lines would depend on where an earlier batch ended.
#include "drain/core/batch.h"

#include <fmt/format.h>
#include <algorithm>

#include "base/digest.h"

namespace muster::drain {
namespace {

size_t text_bytes(const Record& record) {
  if (const auto* event = std::get_if<EventRecord>(&record)) return event->text.size();
  size_t bytes = 0;
  for (const auto& line : std::get<LogRecord>(record).lines) bytes += line.size();
  return bytes;
}

size_t lines_of(const Record& record) {
  const auto* log = std::get_if<LogRecord>(&record);
  return log ? log->lines.size() : 1;
}

Line line_of(const EventRecord& event) {
  const Origin origin = event.kind == RecordKind::error ? Origin::error : Origin::event;
  return {event.numbers.seq, event.numbers.line + 1, event.time, origin,
          Stream::out,       event.process,          event.text};
}

Line line_of(const JoinedLine& line) {
  return {line.seq,
          line.number,
          line.time,
          Origin::app,
          line.stream,
          std::string(line.process),
          std::string(line.text)};
}

}  // namespace

std::string Batch::id(size_t begin, size_t end) const {
  const bool is_whole = begin == 0 && end == lines.size();
  const std::string part = is_whole ? "" : fmt::format("/{}-{}", begin, end);
  const std::string name = fmt::format("{}/{}-{}{}", journal, from, to, part);
  return fmt::format("{:016X}{:016X}", digest_of("batch/" + name), digest_of(name + "/batch"));
}

std::string id_of(const std::string& journal, const Line& line) {
  return fmt::format("{}-{}-{}", journal.substr(0, 8), line.seq, line.number);
}

OpenBatch::OpenBatch(const Policy& policy, std::string journal, uint64_t from)
    : policy_(policy),
      batch_{std::move(journal), from, 0, {}},
      joiner_(
          LineJoiner::Partial::wait,
          [this](const JoinedLine& line) { batch_.lines.push_back(line_of(line)); },
          policy.longest_line) {}

bool OpenBatch::is_wanted(const Record& record) const {
  const auto* log = std::get_if<LogRecord>(&record);
  const std::string_view process = log ? log->process : std::get<EventRecord>(record).process;
  if (is_of_drain(process) || !(log ? policy_.app : policy_.muster)) return false;
  const std::string_view type = process.substr(0, process.rfind('.'));
  return policy_.types.empty() ||
         std::find(policy_.types.begin(), policy_.types.end(), type) != policy_.types.end();
}

void OpenBatch::add(const Record& record) {
  if (!is_wanted(record)) return;
  bytes_ += text_bytes(record) + lines_of(record) * policy_.line_overhead;
  lines_ += lines_of(record);
  if (const auto* log = std::get_if<LogRecord>(&record))
    joiner_.add(*log);
  else
    batch_.lines.push_back(line_of(std::get<EventRecord>(record)));
}

void OpenBatch::add_loss(SeqRange records, uint64_t lines, WallTime since, WallTime now) {
  const std::string count =
      lines > 0 ? fmt::format("{} messages", lines)
                : fmt::format("the messages of {} records", records.second - records.first + 1);
  const std::string text = fmt::format("Error L10 (output buffer overflow): {} dropped since {}.",
                                       count, format_utc(since));
  batch_.lines.push_back({records.second, 0, now, Origin::loss, Stream::out, "logplex", text});
  lines_++;
}

bool OpenBatch::is_full_with(const Record& record) const {
  if (lines_ == 0 || !is_wanted(record)) return false;
  const size_t more = lines_of(record);
  return lines_ + more > policy_.batch_lines ||
         bytes_ + text_bytes(record) + more * policy_.line_overhead > policy_.batch_bytes;
}

Batch OpenBatch::close(uint64_t to) {
  joiner_.flush();
  batch_.to = to;
  return std::move(batch_);
}

}  // namespace muster::drain
