// Reads a journal directory from a place on: what a replay, `ctl logs` without a daemon and the
// foreground printer share. Reads only, beside a running writer; a record that is being written is
// not there yet.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "proto/message.h"

namespace muster {

namespace journal {
class Storage;
}

class Replay {
 public:
  // Begins at the place that `request` asks for (its credit is ignored). An empty or missing
  // journal is an empty replay.
  // With `lines` it begins with the whole record in which the first of them is.
  static Result<Replay> open(const std::string& journal_dir, const ReplayRequest& request);
  static Result<Replay> open(std::unique_ptr<journal::Storage> storage,
                             const ReplayRequest& request);
  Replay(Replay&&) noexcept;
  ~Replay();

  // Ends the replay at this seq: more may be written meanwhile than can be read.
  void end_at(uint64_t seq);
  // Up to about `max_bytes` of further records, in order; empty when there are no more for now
  // (call again after more were written).
  Result<std::vector<std::pair<std::string, std::string>>> next(size_t max_bytes);
  // The same, but empty also when so many bytes of the journal were looked at in vain; `at_end`
  // says which it is.
  Result<std::vector<std::pair<std::string, std::string>>> next(size_t max_bytes,
                                                                size_t max_looked_at);
  bool at_end() const;
  // The records up to this seq that have not been read are not wanted, as their publisher knows; so
  // many lines are numbered up to it. Only when at_end().
  void pass_to(uint64_t seq, uint64_t lines);
  // It holds neither memory nor a file until the next call of next().
  void rest();
  // The last seq that has been passed, matching or not; at the end that is the journal's last, even
  // if a place beyond it was asked for.
  uint64_t head() const;
  struct Gone {
    SeqRange range;
    Loss loss;
  };
  // The records that were asked for and are not there any more, to be asked for after each next():
  // they are missing before the records that next() gave. Cleared by the call. With topics it is
  // told only if a record of theirs is missing, or if nothing tells whose the missing ones were.
  std::optional<Gone> take_loss();
  // The same, its range only.
  std::optional<SeqRange> take_gone();
  // A text that differs from that of any other journal; empty while there is none.
  std::string journal() const;

 private:
  struct State;
  explicit Replay(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace muster
