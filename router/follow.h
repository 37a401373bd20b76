// The way of a reader through the journal: up to what has been published, and on when there is
// more. For a replay that ends and one that follows alike. Not the waiting: TopicWatch says when
// there is more. Keeps: what is wanted comes once and in order, or is told to be gone; what has not
// been published is not read; and at rest it holds neither memory nor a file.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "proto/record.h"
#include "router/replay.h"

namespace muster {

class Follow {
 public:
  // Called when the first record is to be read, which may be much later.
  using Open = std::function<Result<Replay>(const ReplayRequest&)>;
  struct Journal {
    uint64_t first_missing;  // to the reader: Router::first_missing
    uint64_t published;      // the last seq
    std::string name;
  };
  Follow(Open open, ReplayRequest request, const Journal& journal);

  // True if read() has something to do. If not, everything that was published, as far as it is
  // known here, has been read.
  bool has_more() const { return has_more_; }
  // Everything that there was in the beginning has been read.
  bool is_live() const { return is_live_; }
  // Everything that is wanted up to here has been read, or told to be gone.
  uint64_t head() const;
  std::string journal() const;

  // More has been published: `news` is the first record of it that may be wanted. Only when there
  // is nothing more to read.
  void go_on(const RecordNumbers& news, uint64_t published);

  using Records = std::vector<std::pair<std::string, std::string>>;
  // Up to about `most_bytes` of records, in order; perhaps none, when so many bytes of the journal
  // were looked at in vain. May run in another thread, while nothing else is called.
  Result<Records> read(size_t most_bytes, size_t most_looked_at);
  // See Replay. To be asked for after each read().
  std::optional<Replay::Gone> take_loss();
  void rest();

 private:
  Open open_;
  ReplayRequest request_;
  std::string journal_;
  uint64_t end_;        // of what is read
  uint64_t floor_ = 0;  // known from the start: nothing up to here is wanted
  std::optional<Replay> replay_;
  bool has_more_ = true;
  bool is_live_ = false;
};

}  // namespace muster
