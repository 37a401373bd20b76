// The keys that are let in from other machines, and the daemon's own: two files below the
// state directory, which muster-front reads. Works in the thread pool. Keeps: a change is answered
// when it is on the disk, the old file stands until then, and changes take turns.
#pragma once

#include <deque>
#include <functional>
#include <string>

#include "base/result.h"
#include "base/uv/work.h"
#include "proto/message.h"

namespace muster {

class RemoteKeyFile {
 public:
  struct Outcome {
    KeysReply keys;
    std::string told;  // the change, for the log; empty: nothing was changed
  };
  using Done = std::function<void(Result<Outcome>)>;

  // `directory` is made when the first key is added.
  RemoteKeyFile(Loop& loop, std::string directory);

  const std::string& directory() const { return directory_; }
  // `done` is called in the loop, once. Fails without it where too many wait.
  void carry_out(KeyRequest request, Done done);
  // The text of the key that is to replace the daemon's own; empty: none is, or it has.
  std::string next_server_key(WallTime now) const { return now < next_from_ ? next_server_ : ""; }

 private:
  struct Asked {
    KeyRequest request;
    Done done;
  };
  static constexpr size_t most_waiting = 64;
  void begin();
  void remember(const KeysReply& reply);

  std::string directory_, next_server_;
  WallTime next_from_{};
  std::deque<Asked> waiting_;  // the first is under way
  Work work_;
};

}  // namespace muster
