// See follow.h.
#include "router/follow.h"

#include <algorithm>

#include "base/check.h"

namespace muster {

// Numbers of another journal say nothing about this one, of which nothing is known yet.
Follow::Follow(Open open, ReplayRequest request, const Journal& journal)
    : open_(std::move(open)),
      request_(std::move(request)),
      journal_(journal.name),
      end_(journal.published) {
  if (!request_.from) return;
  const uint64_t first = std::max<uint64_t>(journal.first_missing, 1);
  floor_ = std::min(first - 1, end_);
  if (request_.follow && *request_.from > 0) floor_ = std::max(floor_, *request_.from - 1);
  if (first > end_) {
    has_more_ = false;
    is_live_ = true;
  } else {
    request_.from = first;
  }
}

uint64_t Follow::head() const { return replay_ ? std::max(replay_->head(), floor_) : floor_; }

std::string Follow::journal() const {
  const std::string read = replay_ ? replay_->journal() : "";
  return read.empty() ? journal_ : read;
}

// The records between the end and the news are not wanted.
void Follow::go_on(const RecordNumbers& news, uint64_t published) {
  CHECK(!has_more_, "a reader goes on before it has read what there was");
  if (replay_)
    replay_->pass_to(news.seq - 1, news.line);
  else
    request_.from = std::max(request_.from.value_or(0), news.seq);
  end_ = std::max(end_, published);
  has_more_ = true;
}

Result<Follow::Records> Follow::read(size_t most_bytes, size_t most_looked_at) {
  if (!replay_) {
    auto opened = open_(request_);
    if (!opened) return tl::unexpected(opened.error());
    replay_.emplace(std::move(*opened));
  }
  replay_->end_at(end_);
  auto records = replay_->next(most_bytes, most_looked_at);
  has_more_ = !replay_->at_end();
  if (!has_more_) is_live_ = true;
  return records;
}

std::optional<Replay::Gone> Follow::take_loss() {
  return replay_ ? replay_->take_loss() : std::nullopt;
}

void Follow::rest() {
  if (replay_) replay_->rest();
}

}  // namespace muster
