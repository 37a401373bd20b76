// Gives records their numbers, journals them and publishes them, in this order: what is on the bus
// is in the journal, and in class `each` on the disk: until then it is held here. While the journal
// takes nothing, events wait in a bounded queue, and log records are refused, so that their bytes
// stay where they are. Keeps: no payload is larger than its readers take; long texts are cut.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "proto/record.h"
#include "router/journal/packer.h"
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
  // As publish(), but only if it can be written now.
  bool publish_now(EventRecord event, Now now);
  // Writes the events that wait. False if the journal does not take them now.
  bool catch_up(Now now);

  // Set while the journal takes nothing: when to try again.
  std::optional<MonoTime> retry_at() const { return retry_at_; }
  // Why; empty when all is well.
  const std::string& trouble() const { return trouble_; }

  // As the writer's.
  bool look() { return writer_.look(); }

  // As the writer's; what a sync has made durable is published.
  std::optional<MonoTime> sync_due() const { return writer_.sync_due(); }
  journal::SyncTask begin_sync(MonoTime now) { return writer_.begin_sync(now); }
  void end_sync(const journal::SyncTask& task);
  // As the writer's.
  std::unique_ptr<journal::Packer> begin_packing() { return writer_.begin_packing(); }
  Result<> end_packing(const journal::Packer& packer, bool finished) {
    return writer_.end_packing(packer, finished);
  }
  // At the end, when no sync is under way; waits for the disk.
  Result<> close(Now now);

  Numbering& numbering() { return writer_.numbering(); }
  const journal::Writer& writer() const { return writer_; }

  // How long the journal is left alone after it failed.
  static constexpr Nanos retry_after = 50ms;
  // Events that may wait: some thousand processes that stop at once, and what their texts may take.
  static constexpr size_t max_waiting = 16384, max_waiting_bytes = 16 << 20;
  // The most that is held until it is on the disk; then the bytes wait in their pipes.
  static constexpr size_t max_held = 32 << 20;

 private:
  struct Waiting {
    EventRecord event;
    MonoTime mono;
  };

  struct Held {
    uint64_t seq;
    std::string topic;
    std::vector<char> payload;
  };

  Recorder(std::unique_ptr<journal::Storage> storage, journal::Writer writer, Bus& bus, bool holds)
      : bus_(&bus),
        storage_(std::move(storage)),
        writer_(std::move(writer)),
        holds_(holds),
        left_out_(writer_.left_out()) {}
  bool write(Waiting& waiting, Now now);
  bool commit(std::string_view topic, journal::RecordHeader header, Now now);

  Bus* bus_;
  std::unique_ptr<journal::Storage> storage_;
  journal::Writer writer_;
  bool holds_;             // in class `each`
  std::deque<Held> held_;  // journaled, but not on the disk yet
  size_t held_bytes_ = 0;
  std::optional<std::pair<uint64_t, uint64_t>> left_out_;  // numbers that are not known yet
  std::deque<Waiting> waiting_;
  size_t waiting_bytes_ = 0;  // of their texts
  uint64_t events_lost_ = 0;
  std::string trouble_;
  std::optional<MonoTime> retry_at_;
  std::vector<char> buffer_;  // a record's bytes, used again and again
};

}  // namespace muster
