// The decisions of a drain: records, answers and the time go in; cursors to be written, batches to
// be sent and lines to be put aside come out. Pure: it does nothing itself. Keeps: the cursor
// passes a record only when each of its lines was accepted or put aside, and a batch's bounds are
// in the cursor before the batch is sent, so that after any crash the same batch is sent again.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "drain/core/cursor.h"
#include "drain/core/parts.h"

namespace muster::drain {

// To be carried out in their order, each before the next.
struct WriteCursor {
  Cursor cursor;
};
// The lines from `begin` up to `end` of the batch, which stays as it is until it is answered.
struct Send {
  const Batch* batch;
  size_t begin, end;
  std::string id;
};
struct Reject {
  std::string id, why;
  Line line;
};
using Action = std::variant<WriteCursor, Send, Reject>;

struct Answer {
  enum class Kind : uint8_t {
    accepted,
    later,      // it may be accepted another time
    unwelcome,  // the address or the password is wrong: a person has to look
    refused,    // for one of its lines, or for its size
  } kind = Kind::accepted;
  std::string why = {};                   // of all but accepted
  std::optional<Nanos> retry_after = {};  // of later: as the receiver says
};

struct Counts {
  uint64_t lines_sent = 0, lines_rejected = 0, lines_lost = 0, batches = 0, retries = 0;
};

class Core {
 public:
  // `chance` answers numbers from 0 up to 1.
  Core(Policy policy, Cursor cursor, std::function<double()> chance);

  // From the stream: which journal follows, then in order what was lost, records, and how far the
  // stream is.
  void journal(const std::string& name);
  void lost(SeqRange records, const Loss& loss, Now now);
  void record(const Record& record, Now now);
  void passed(uint64_t head, Now now);
  // To what was sent last.
  void answer(const Answer& answer, Now now);
  void tick(Now now);
  // The records that are there are shipped at once.
  void finish(Now now);

  std::vector<Action> take_actions() { return std::exchange(actions_, {}); }
  // Whether more records are wanted.
  bool has_room() const { return ready_.size() < policy_.batches_ahead; }
  // The next record, and of which journal.
  uint64_t next() const { return next_; }
  const std::string& journal() const { return journal_; }
  const Cursor& cursor() const { return cursor_; }
  // When `tick` is to be called at the latest.
  std::optional<MonoTime> due() const;
  // No line waits.
  bool is_idle() const { return !parts_ && ready_.empty() && !open_->has_lines(); }
  const Counts& counts() const { return counts_; }
  // Why the last batch was not accepted yet; empty: it was.
  const std::string& trouble() const { return trouble_; }

 private:
  void open();
  void close();
  void pump(Now now);
  void start(Batch batch);
  void send();
  void pause(const Answer& answer, Now now);
  void reject(const Line& line, const std::string& why);
  bool is_open_due(Now now) const;

  const Policy policy_;
  Cursor cursor_;
  std::function<double()> chance_;
  std::vector<Action> actions_;
  std::string journal_;
  uint64_t next_;
  uint64_t repeat_to_;  // the open batch was in flight before a crash and ends here; 0: it was not
  std::unique_ptr<OpenBatch> open_;
  std::optional<MonoTime> open_since_;  // its first line
  std::deque<Batch> ready_;
  std::optional<Parts> parts_;         // under way
  std::optional<MonoTime> retry_at_;   // set: it waits; otherwise its answer is awaited
  std::optional<MonoTime> cursor_at_;  // the earliest time of the next cursor without a batch
  unsigned failures_ = 0;
  bool finishing_ = false;
  std::optional<WallTime> last_time_;
  Counts counts_;
  std::string trouble_;
};

}  // namespace muster::drain
