// See file_reader.h.
#include "router/file_reader.h"

#include <unistd.h>
#include <utility>

namespace muster {
namespace {

// A portion holds about so much, and ends when so much was looked at in vain: the program that
// reads has other things to do in between.
constexpr size_t portion_bytes = 256 << 10;
constexpr size_t look_at_most = 8 << 20;

}  // namespace

FileReader::FileReader(Follow::Open open, const ReplayRequest& request, const std::string& journal,
                       uint64_t published)
    : follow_(std::move(open), request, {request.from.value_or(0), published, journal}) {}

void FileReader::go_on(const RecordNumbers& news, uint64_t published) {
  if (!news_) news_ = News{news, published};
  news_->published = published;
  take_news();
}

void FileReader::take_news() {
  if (!news_ || has_more()) return;
  follow_.go_on(news_->first, news_->published);
  news_.reset();
}

Result<ReplayRecordsReply> FileReader::read() {
  ReplayRecordsReply reply;
  if (follow_.has_more()) {
    auto records = follow_.read(portion_bytes, look_at_most);
    if (!records) return tl::unexpected(records.error());
    reply.records = std::move(*records);
  }
  if (auto gone = follow_.take_loss()) {
    reply.gone = gone->range;
    reply.loss = std::move(gone->loss);
  }
  reply.journal = follow_.journal();
  reply.head = follow_.head();
  reply.live = told_live_ = told_live_ || follow_.is_live();
  take_news();
  return reply;
}

OpenJournal journal_files(const Endpoints& endpoints) {
  if (endpoints.far || ::access(endpoints.journal_dir().c_str(), R_OK | X_OK) != 0) return {};
  return [directory = endpoints.journal_dir()](const ReplayRequest& request,
                                               const std::string& journal, uint64_t published) {
    return std::make_unique<FileReader>(
        [directory](auto& wanted) { return Replay::open(directory, wanted); }, request, journal,
        published);
  };
}

}  // namespace muster
