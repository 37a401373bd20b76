// Keeps what is in force beyond the death of this program: the app's model as it was last taken,
// who the app is, and its current release. It is in a file in memory that the keeper holds, and in
// one beside the ledger for the day on which both die. So a successor needs none of the app's
// files, which anybody may have changed. Keeps: whatever the ledger names is there.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "daemon/config/model.h"
#include "daemon/core/releases.h"

namespace muster {

struct InForce {
  uint64_t number = 0;         // as the ledger's notes name it
  std::string run;             // the token of the run that it belongs to
  std::string app, directory;  // its name, and its own directory
  uint32_t base_port = 0;
  Release release;
  AppModel model;
};

// The path of the file, in the directory of the ledger.
inline constexpr const char* in_force_name = "/in-force";

class InForceFile {
 public:
  // All that is whole in such a file, oldest first. It is empty where there is no file.
  static std::vector<InForce> read(const UniqueFd& file);
  static std::vector<InForce> read(const std::string& path);

  // `deposit` gives the file in memory to the keeper. `last` is what this program goes on with.
  InForceFile(std::string path, std::function<void(int)> deposit, const InForce* last);

  // To be called before anything is noted or done with it. The one before stays readable too. An
  // error if it is in memory alone, or nowhere.
  Result<> keep(const InForce& next);
  // The ledger names the newest one: the one before it is not asked for any more.
  void settle() { settled_ = newest_; }
  // Again, for a keeper that has nothing yet.
  void deposit_again();
  // Once a second: writes the file again where it was taken away or replaced. True if that was so.
  bool look();
  // All is over.
  void end();

 private:
  std::string path_;
  std::function<void(int)> deposit_;
  std::string settled_, newest_;          // records
  std::string bytes_;                     // of the whole file; empty: not written yet
  std::pair<uint64_t, int64_t> as_left_;  // inode and time of the file
  UniqueFd memory_;
};

// Appends to `out`, without a checksum; and back.
void encode(const InForce& in_force, std::vector<char>& out);
Result<InForce> decode_in_force(std::string_view bytes);

}  // namespace muster
