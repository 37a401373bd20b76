// Gives records their numbers, journals them and publishes them, in this order and nothing else in
// between: what is on the bus is in the journal. While the journal takes nothing, events wait in a
// bounded queue, and log records are refused, so that their bytes stay where they are.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "proto/record.h"
#include "router/journal/storage.h"
#include "router/journal/writer.h"
#include "router/router.h"

namespace muster {

class Recorder {
 public:
  // `bus` must outlive the recorder.
  static Result<Recorder> open(std::unique_ptr<journal::Storage> storage,
                               journal::WriterOptions options, Bus& bus);

  // Fills in the record's numbers and time and writes it; false if the journal does not take it
  // now. `topic` is that of the record, `stream` its key in the journal.
  bool append(LogRecord& record, std::string_view topic, uint64_t stream, Now now);
  // Fills in the event's numbers and time; it is written now, or as soon as the journal takes
  // it. Returns its seq; 0 if too many are waiting: then it is lost, and that is said later.
  uint64_t publish(EventRecord event, Now now);
  // Writes the events that wait. False if the journal does not take them now.
  bool catch_up(Now now);

  // Set while the journal takes nothing: when to try again.
  std::optional<MonoTime> retry_at() const { return retry_at_; }
  // Why; empty when all is well.
  const std::string& trouble() const { return trouble_; }

  Numbering& numbering() { return writer_.numbering(); }
  const journal::Writer& writer() const { return writer_; }

  // How long the journal is left alone after it failed.
  static constexpr Nanos retry_after = 50ms;
  // Events that may wait: some thousand processes that stop at once.
  static constexpr size_t max_waiting = 16384;

 private:
  struct Waiting {
    EventRecord event;
    MonoTime mono;
  };

  Recorder(std::unique_ptr<journal::Storage> storage, journal::Writer writer, Bus& bus)
      : bus_(&bus), storage_(std::move(storage)), writer_(std::move(writer)) {}
  bool write(Waiting& waiting, Now now);
  bool commit(std::string_view topic, journal::RecordHeader header, Now now);

  Bus* bus_;
  std::unique_ptr<journal::Storage> storage_;
  journal::Writer writer_;
  std::deque<Waiting> waiting_;
  uint64_t events_lost_ = 0;
  std::string trouble_;
  std::optional<MonoTime> retry_at_;
  std::vector<char> buffer_;  // a record's bytes, used again and again
};

}  // namespace muster
