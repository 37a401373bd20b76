// Keeps the core's notes, so that the next supervisor goes on where this one stops, however it
// stops, and whatever becomes of files meanwhile: in a memory file that the keeper holds, and in
// one file each in the runtime and in the state directory. A step is one checksummed append to each
// of them: kept whole or not at all. Its content is void when no process that it speaks of can be
// alive. Knows nothing of what the notes mean.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "daemon/edge/store/ledger_format.h"

namespace muster {

Run new_run(const std::string& place);

// By their tokens.
using KnownRuns = std::map<std::string, Run>;

// The runs of which a process lives, and the one to go on with where no ledger tells of it.
struct LivingRuns {
  std::set<std::string> tokens;
  std::optional<Run> newest;
};

class Ledger : public AskingKept {
 public:
  struct Places {
    std::vector<std::string> paths;
    UniqueFd kept;  // the memory file that an earlier supervisor has had kept
  };

  // Reads what an earlier supervisor has left at these places and takes what says most: that of a
  // run which lives, else of this very machine. `who_lives` is asked with the runs that were
  // found. An error only where all there is is of a newer version. Without one this is the
  // beginning of `fresh`.
  static Result<Ledger> open(Places places, std::string machine, Run fresh,
                             const std::function<LivingRuns(const KnownRuns&)>& who_lives);

  // There is nothing to go on with: this is a fresh start.
  bool empty() const { return !begun_; }
  const Memory& memory() const { return memory_; }
  const Run& run() const { return run_; }
  // The number of the last step; higher than that of any step of an earlier run.
  uint64_t number() const { return number_; }
  const journal::Mark& journal() const { return journal_; }
  // It may lack steps that were kept: something has happened to the files.
  bool is_doubtful() const { return doubtful_; }
  // The losses, a sentence each. Once.
  std::vector<std::string> take_told() { return std::exchange(told_, {}); }

  // The truth is another, as was found out.
  void amend(Memory memory);

  // To be kept before the step is carried out. After a failure the next call writes everything. An
  // error only if it is kept nowhere.
  Result<> keep(Note note);
  // No step, but it is to be known too.
  void keep(const journal::Mark& mark);
  void keep_asking(LaunchId launch, const Asking& asking) override;
  void forget_asking(LaunchId launch) override { keep_asking(launch, {}); }
  Asking kept_asking(LaunchId launch) const override;
  // The receiver of the descriptor can give it to a successor; called again with each new one.
  void deposit_with(std::function<void(int)> deposit);
  void deposit_again() const;

  // Once a second: a file that has been taken away, replaced or changed is written anew, which is
  // told.
  void look();
  // Why it is not kept at a place; trying again.
  std::vector<std::string> alarms() const;

  // All is over: the next start is a fresh one.
  void end();

  // A file is written anew, shorter, when it has grown by as much.
  static constexpr size_t growth = 4 << 20;

 private:
  struct Copy {
    std::string path;  // empty: the memory file
    UniqueFd file;     // none: to be written anew
    size_t size = 0, grown = 0;
    std::string trouble;
    int64_t changed = 0;       // the file's own time, at the last look
    uint64_t writes_then = 0;  // at the last look
  };
  Ledger(std::string machine, Run run) : machine_(std::move(machine)), run_(std::move(run)) {}
  void choose(const std::vector<std::pair<std::string, Result<LedgerText>>>& found,
              const std::set<std::string>& living);
  Result<> append(std::string_view bytes);
  Result<> write_anew(Copy& copy);
  Result<UniqueFd> file_for(const Copy& copy) const;
  std::string all_of_it() const;
  bool look(Copy& copy);

  std::string machine_;
  Run run_;
  std::vector<Copy> copies_;
  std::function<void(int)> deposit_;
  Memory memory_;
  journal::Mark journal_;
  std::map<LaunchId, Asking> asking_;
  uint64_t number_ = 0, writes_ = 0;
  bool begun_ = false, doubtful_ = false;
  std::vector<std::string> told_;
  std::vector<char> buffer_;
};

}  // namespace muster
